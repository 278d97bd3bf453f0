// staging and prod beside dev, as a person sets them up, with their databases in a PostgreSQL outside of their
// namespaces. Leaves nothing behind; with KEEP=1 all of it, until the next run.
// Does not prove: a database beyond the cluster's own network, nor one that checks who connects by address.
import { strict as assert } from "node:assert";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { imagesIn, withImages } from "../../ops/promote/stack-file.ts";
import { Checkout, refusal } from "./checkout.ts";
import { claim, present, unclaim } from "./claims.ts";
import { madeOf } from "./environments/made-of.ts";
import { quotas } from "./environments/quotas.ts";
import { sideBySide } from "./environments/side-by-side.ts";
import * as externalDatabase from "./external-database.ts";

const PASSPHRASE = "a passphrase of the test's own";
/** CPU that each pod sets aside: with what the stack files say, the three would not fit into two processors beside Kubernetes. */
const REQUESTS = { backend: "100m", frontend: "50m" };

function lowerRequests(folder: string, stack: string): void {
  const file = join(folder, `Pulumi.${stack}.yaml`);
  const document = parseDocument(readFileSync(file, "utf8"));
  for (const [service, cpu] of Object.entries(REQUESTS)) {
    document.setIn(["config", `todo:${service}`, "resources", "requests", "cpu"], cpu);
  }
  writeFileSync(file, String(document));
}

/** The images of dev, which follow the sources: others there need not be in a cluster that is new. */
function takeImages(folder: string, stack: string): void {
  const [text, ofDev] = [stack, "dev"].map((name) => readFileSync(join(folder, `Pulumi.${name}.yaml`), "utf8"));
  const file = `Pulumi.${stack}.yaml`;
  writeFileSync(join(folder, file), withImages(file, text, imagesIn("Pulumi.dev.yaml", ofDev)));
}

const namespaces = ["todo-staging", "todo-prod", externalDatabase.namespace];

describe("three environments on one cluster", function () {
  this.timeout(600_000);
  let checkout: Checkout;
  const urls: Record<string, string> = {};

  before(() => {
    claim(...namespaces);
    checkout = new Checkout(PASSPHRASE);
    for (const stack of ["staging", "prod"]) {
      lowerRequests(checkout.folder, stack);
      takeImages(checkout.folder, stack);
    }
    externalDatabase.install();
    for (const stack of ["staging", "prod"]) urls[stack] = externalDatabase.database(stack);
  });

  after(() => {
    if (!checkout) return;
    if (process.env.KEEP)
      return console.log(
        `kept: staging and prod, whose stack files are in ${checkout.folder}; passphrase: ${PASSPHRASE}`,
      );
    checkout.try(["pulumi", "state", "unprotect", "--all", "--yes", "--stack", "prod"]);
    for (const stack of ["staging", "prod"]) {
      checkout.try(["pulumi", "destroy", "--stack", stack, "--yes", "--skip-preview"]);
    }
    unclaim(...namespaces);
    checkout.remove();
  });

  describe("staging", () => {
    it("needs a passphrase, before anything begins", () => {
      const said = refusal(
        checkout.try(["make", "up", "ENV=staging"], {
          env: { PULUMI_CONFIG_PASSPHRASE: undefined },
        }),
      );
      assert.match(said, /^error: stack staging: expected a passphrase of its own, .+, found none; put it into/m);
    });

    it("names the missing secret and the command that sets it", () => {
      const said = refusal(checkout.try(["make", "up", "ENV=staging"]));
      assert.match(
        said,
        /todo:databaseUrl: expected the URL of the external database, found nothing; `pulumi config set --secret todo:databaseUrl -s staging` asks for it/,
      );
    });

    it("comes up once it is set, and its page has answered", () => {
      checkout.run(["pulumi", "config", "set", "--secret", "todo:databaseUrl", "-s", "staging"], {
        input: urls.staging,
      });
      const said = checkout.run(["make", "up", "ENV=staging"]);
      assert.match(
        said,
        /^Todo \(staging\) answers; it is at http:\/\/staging\.localhost:8301 while this runs: make open ENV=staging$/m,
      );
    });

    it("does not take another passphrase", () => {
      const said = refusal(
        checkout.try(["make", "up", "ENV=staging"], {
          env: { PULUMI_CONFIG_PASSPHRASE: "another" },
        }),
      );
      assert.match(
        said,
        /error: stack staging: expected the passphrase that Pulumi\.staging\.yaml was encrypted with, found another one in PULUMI_CONFIG_PASSPHRASE/,
      );
    });

    it("does not take 50 pods that its quota has no room for", () => {
      checkout.run(["pulumi", "config", "set", "--path", "todo:backend.replicas", "50", "-s", "staging"]);
      const outcome = checkout.try(["make", "preview", "ENV=staging"]);
      checkout.run(["pulumi", "config", "rm", "--path", "todo:backend.replicas", "-s", "staging"]);
      const said = refusal(outcome);
      assert.match(
        said,
        /todo:quota\.cpu: expected at least 5350m, which this environment takes during a rollout, found 2000m/,
      );
    });
  });

  describe("prod", () => {
    it("names both missing secrets, and the commands that set them", () => {
      const said = refusal(checkout.try(["make", "preview", "ENV=prod"]));
      assert.match(said, /Pulumi\.prod\.yaml has 2 problems; nothing was changed\./);
      assert.match(said, /todo:databaseUrl: .+ `pulumi config set --secret todo:databaseUrl -s prod` asks for it/);
      assert.match(said, /todo:openaiApiKey: .+ `pulumi config set --secret todo:openaiApiKey -s prod` asks for it/);
    });

    it("is not deployed where nobody can be asked", () => {
      const said = refusal(checkout.try(["make", "up", "ENV=prod"]));
      assert.match(said, /^error: stack prod: expected a terminal, as `pulumi up` shows what it would do and asks/m);
    });

    it("asks, and leaves everything alone when the answer is no", async () => {
      const set = ["pulumi", "config", "set", "-s", "prod"];
      checkout.run([...set, "--secret", "todo:databaseUrl"], { input: urls.prod });
      checkout.run([...set, "--secret", "todo:openaiApiKey"], { input: "sk-of-nobody" });
      // Nobody listens there, so that the failure comes at once.
      checkout.run([...set, "--path", "todo:backend.openaiBaseUrl", "http://host.minikube.internal:9/v1"]);
      const { status, said } = await checkout.answer("make up ENV=prod", "no");
      assert.match(said, /confirmation declined, not proceeding with the update/);
      assert.equal(status, 2);
      assert.deepEqual(present(["todo-prod"]), []);
    });

    it("comes up when the answer is yes", async () => {
      const { status, said } = await checkout.answer("make up ENV=prod", "yes");
      assert.equal(status, 0, said);
      assert.match(
        said,
        /Todo \(prod\) answers; it is at http:\/\/prod\.localhost:8302 while this runs: make open ENV=prod/,
      );
    });

    it("is protected: neither `make down` nor `pulumi destroy` takes it away", () => {
      const down = checkout.try(["make", "down", "ENV=prod"]);
      assert.equal(down.status, 2);
      assert.match(down.said, /^error: stack prod: .*protected.*`pulumi config set todo:protected false -s prod`/m);
      const destroy = checkout.try(["pulumi", "destroy", "--stack", "prod", "--yes", "--skip-preview"]);
      assert.notEqual(destroy.status, 0);
      assert.match(destroy.said, /protected/);
      assert.deepEqual(present(["todo-prod"]), ["todo-prod"]);
    });

    it("takes no image that is neither in the cluster nor can be built here", () => {
      const tag = ["todo:backend.image.tag", "-s", "prod"];
      const before = checkout.run(["pulumi", "config", "get", "--path", ...tag]).trim();
      checkout.run(["pulumi", "config", "set", "--type", "string", "--path", tag[0], "012345678901", ...tag.slice(1)]);
      const outcome = checkout.try(["make", "images", "ENV=prod"]);
      checkout.run(["pulumi", "config", "set", "--type", "string", "--path", tag[0], before, ...tag.slice(1)]);
      const said = refusal(outcome);
      assert.match(
        said,
        /error: Pulumi\.prod\.yaml: todo:backend\.image\.tag is 012345678901, which is neither in the cluster nor what app\/backend gives now \([0-9a-f]{12}\); `make promote FROM=… TO=prod` takes over those of another environment/,
      );
    });
  });

  sideBySide(() => checkout);
  madeOf();
  quotas();
});
