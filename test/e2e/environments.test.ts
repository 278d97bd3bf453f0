// staging and prod beside dev, as a person sets them up, with their databases in a PostgreSQL outside of their
// namespaces. Leaves nothing behind, unless KEEP=1.
// Does not prove: a database beyond the cluster's own network, nor one that checks who connects by address.
import { strict as assert } from "node:assert";
import type { ChildProcess } from "node:child_process";
import { type Browser, type BrowserContext, chromium } from "playwright-core";
import { Checkout, interrupt } from "./checkout";
import { until } from "./cluster";
import { helm, json, kubectl, present, releases } from "./environment";
import * as externalDatabase from "./external-database";

const PASSPHRASE = "a passphrase of the test's own";
const origins = {
  dev: "http://localhost:30300",
  staging: "http://staging.localhost:8301",
  prod: "http://prod.localhost:8302",
};
type Stack = keyof typeof origins;
const stacks = Object.keys(origins) as Stack[];

describe("three environments on one cluster", function () {
  this.timeout(300_000);
  let checkout: Checkout;
  const urls: Record<string, string> = {};
  const opened: ChildProcess[] = [];
  let browser: Browser;
  let context: BrowserContext;

  before(() => {
    const ours = ["todo-staging", "todo-prod", "external-database"];
    assert.deepEqual(present(ours), [], "these would be removed afterwards; `make down ENV=…` removes them now");
    const copy = new Checkout(PASSPHRASE);
    assert.doesNotMatch(copy.run(["pulumi", "stack", "ls", "--json"]), /"(staging|prod)"/, "so would these stacks");
    checkout = copy;
    externalDatabase.install();
    for (const stack of ["staging", "prod"]) urls[stack] = externalDatabase.database(stack);
  });

  after(async () => {
    for (const child of opened) interrupt(child);
    if (!checkout) return;
    await browser?.close();
    if (process.env.KEEP)
      return console.log(
        `kept: staging and prod, whose stack files are in ${checkout.folder}; passphrase: ${PASSPHRASE}`,
      );
    for (const stack of ["staging", "prod"]) {
      checkout.try(["pulumi", "destroy", "--stack", stack, "--yes", "--skip-preview"]);
      checkout.try(["pulumi", "stack", "rm", stack, "--yes", "--force", "--preserve-config"]);
    }
    externalDatabase.uninstall();
    checkout.remove();
  });

  describe("staging", () => {
    it("names the missing secret and the command that sets it", () => {
      const { status, said } = checkout.try(["make", "up", "ENV=staging"]);
      assert.equal(status, 2);
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
        /Todo \(staging\) answers; it is at http:\/\/staging\.localhost:8301 while this runs: make open ENV=staging\n$/,
      );
    });

    it("does not take another passphrase", () => {
      const { status, said } = checkout.try(["make", "up", "ENV=staging"], {
        env: { PULUMI_CONFIG_PASSPHRASE: "another" },
      });
      assert.equal(status, 2);
      assert.match(
        said,
        /error: stack staging: expected the passphrase that Pulumi\.staging\.yaml was encrypted with, found another one in PULUMI_CONFIG_PASSPHRASE/,
      );
    });

    it("does not take 50 pods that its quota has no room for", () => {
      checkout.run(["pulumi", "config", "set", "--path", "todo:backend.replicas", "50", "-s", "staging"]);
      const { status, said } = checkout.try(["make", "preview", "ENV=staging"]);
      checkout.run(["pulumi", "config", "rm", "--path", "todo:backend.replicas", "-s", "staging"]);
      assert.equal(status, 2);
      assert.match(
        said,
        /todo:quota\.cpu: expected at least 5350m, which this environment takes during a rollout, found 500m/,
      );
    });
  });

  describe("prod", () => {
    before(() => {
      const set = ["pulumi", "config", "set", "-s", "prod"];
      checkout.run(["pulumi", "stack", "init", "prod", "--non-interactive"]);
      checkout.run([...set, "--secret", "todo:databaseUrl"], { input: urls.prod });
      checkout.run([...set, "--secret", "todo:openaiApiKey"], { input: "sk-of-nobody" });
      // Nobody listens there, so that the failure comes at once.
      checkout.run([...set, "--path", "todo:backend.openaiBaseUrl", "http://127.0.0.1:9/v1"]);
    });

    it("asks, and leaves everything alone when the answer is no", async () => {
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

    it("takes no image that is neither in the cluster nor can be built here", () => {
      const tag = ["todo:backend.image.tag", "-s", "prod"];
      const before = checkout.run(["pulumi", "config", "get", "--path", ...tag]).trim();
      checkout.run(["pulumi", "config", "set", "--type", "string", "--path", tag[0], "012345678901", ...tag.slice(1)]);
      const { status, said } = checkout.try(["make", "images", "ENV=prod"]);
      checkout.run(["pulumi", "config", "set", "--type", "string", "--path", tag[0], before, ...tag.slice(1)]);
      assert.equal(status, 2);
      assert.match(
        said,
        /error: Pulumi\.prod\.yaml: todo:backend\.image\.tag is 012345678901, which is neither in the cluster nor what app\/backend gives now \([0-9a-f]{12}\); `make promote FROM=staging TO=prod` takes over those of staging/,
      );
    });
  });

  describe("side by side", () => {
    const title = (stack: string) => `only in ${stack} ${process.pid}`;
    const page = async (stack: Stack) => {
      const page = await context.newPage();
      await page.goto(origins[stack]);
      await page.locator("[data-connection=connected]").first().waitFor({ timeout: 60_000 });
      return page;
    };

    before(async () => {
      for (const stack of ["staging", "prod"] as const) {
        opened.push(
          await checkout.start(
            ["make", "open", `ENV=${stack}`],
            `Todo (${stack}) is at ${origins[stack]} until Ctrl-C`,
          ),
        );
      }
      const quiet = [
        "--no-sandbox",
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ];
      browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: quiet });
      // One for all three, as a person has it: what an environment puts into it must not reach another one.
      context = await browser.newContext();
    });

    it("each takes a todo at its own origin", async () => {
      const pages = await Promise.all(stacks.map(page));
      for (const [index, stack] of stacks.entries()) {
        await pages[index].getByRole("textbox", { name: "New todo" }).fill(title(stack));
        await pages[index].getByRole("button", { name: "Add" }).click();
        await pages[index].getByRole("checkbox", { name: title(stack) }).waitFor();
      }
      await Promise.all(pages.map((each) => each.close()));
    });

    it("each shows its own alone", async () => {
      for (const stack of stacks) {
        const here = await page(stack);
        await here.getByRole("checkbox", { name: title(stack) }).waitFor();
        const shown = await Promise.all(
          stacks.map((other) => here.getByRole("checkbox", { name: title(other) }).count()),
        );
        assert.deepEqual(
          shown,
          stacks.map((other) => Number(other === stack)),
        );
        await here.close();
      }
    });

    it("keeps them in three databases", () => {
      for (const stack of ["staging", "prod"]) {
        assert.equal(externalDatabase.sql("SELECT title FROM todos", stack), title(stack));
      }
    });

    it("prod's chat has a key, and says what is wrong with the service", async () => {
      const here = await page("prod");
      await here.getByRole("textbox", { name: "Message" }).fill("hello");
      await here.getByRole("button", { name: "Send" }).click();
      const alert = here.getByRole("region", { name: "Chat" }).getByRole("alert");
      await until("the chat's alert", async () => ((await alert.textContent()) || "").length > 0 || undefined);
      assert.match((await alert.textContent()) ?? "", /The chat service could not be reached/);
      await here.close();
    });

    it("`make open` goes on when the pod behind it is replaced", async () => {
      const before = json("staging", "get", "pods", "--selector", "app.kubernetes.io/name=todo-frontend").items[0]
        .metadata.name;
      kubectl("staging", "delete", "pod", before, "--wait=true");
      kubectl("staging", "rollout", "status", "deployment/todo-frontend-staging", "--timeout=90s");
      const here = await until("the page behind another pod", () => page("staging"));
      await here.getByRole("checkbox", { name: title("staging") }).waitFor();
      await here.close();
    });

    it("`make open` says so where the port is taken", () => {
      const { status, said } = checkout.try(["make", "open", "ENV=staging"]);
      assert.equal(status, 2);
      assert.match(
        said,
        /error: port 8301: http:\/\/staging\.localhost:8301 needs it on 127\.0\.0\.1, but another program listens there/,
      );
    });
  });

  describe("what each is made of", () => {
    for (const [stack, replicas, size, overflow, type] of [
      ["dev", 1, "2", "5", "NodePort"],
      ["staging", 1, "5", "10", "ClusterIP"],
      ["prod", 2, "10", "20", "ClusterIP"],
    ] as const) {
      it(`${stack}: replicas, pool, Services, the one origin that CORS allows`, () => {
        const { items } = json(stack, "get", "deployments");
        assert.deepEqual(
          items.map(({ status }: { status: { readyReplicas: number } }) => status.readyReplicas),
          [replicas, replicas],
        );
        const [{ spec }] = items.filter(
          ({ metadata }: { metadata: { name: string } }) => metadata.name === `todo-backend-${stack}`,
        );
        const env = Object.fromEntries(
          spec.template.spec.containers[0].env.map(({ name, value }: { name: string; value?: string }) => [
            name,
            value,
          ]),
        );
        assert.deepEqual([env.POOL_SIZE, env.MAX_OVERFLOW, env.CORS_ORIGINS], [size, overflow, origins[stack]]);
        assert.equal(json(stack, "get", "service", `todo-frontend-${stack}`).spec.type, type);
        assert.equal(json(stack, "get", "service", `todo-backend-${stack}`).spec.type, "ClusterIP");
      });
    }

    for (const stack of ["staging", "prod"]) {
      it(`${stack} has nothing of PostgreSQL`, () => {
        assert.deepEqual(releases(stack), [`todo-backend-${stack}`, `todo-frontend-${stack}`]);
        const kinds =
          "pods,statefulsets,services,persistentvolumeclaims,secrets,configmaps,serviceaccounts,jobs,networkpolicies";
        const names = kubectl(stack, "get", kinds, "--output", "name").trim().split("\n");
        assert.deepEqual(
          names.filter((name) => name.includes("postgres")),
          [],
        );
        assert.deepEqual(
          names.filter((name) => /^(statefulset|persistentvolumeclaim)/.test(name)),
          [],
        );
      });
    }

    it("prod: a rollout of both and the charts' tests fit into the quota", () => {
      const refused = () =>
        json("prod", "get", "events").items.filter(({ message = "" }: { message?: string }) =>
          message.includes("exceeded quota"),
        );
      kubectl("prod", "rollout", "restart", "deployment/todo-backend-prod");
      kubectl("prod", "rollout", "status", "deployment/todo-backend-prod", "--timeout=120s");
      kubectl("prod", "rollout", "restart", "deployment/todo-frontend-prod");
      kubectl("prod", "rollout", "status", "deployment/todo-frontend-prod", "--timeout=120s");
      for (const release of releases("prod")) {
        helm("prod", "test", release, "--timeout", "60s");
      }
      assert.deepEqual(refused(), []);
      assert.equal(json("prod", "get", "resourcequota", "environment").status.hard["requests.cpu"], "750m");
    });

    it("staging: a pod that states nothing gets the defaults, and one that is too much is refused", () => {
      const overrides = {
        spec: {
          securityContext: { runAsNonRoot: true, runAsUser: 1, seccompProfile: { type: "RuntimeDefault" } },
          containers: [
            {
              name: "more",
              image: "none:0",
              securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
            },
          ],
        },
      };
      const run = (limits?: object) => {
        const [container] = overrides.spec.containers;
        const spec = { ...overrides.spec, containers: [{ ...container, ...(limits && { resources: { limits } }) }] };
        return kubectl(
          "staging",
          "run",
          "more",
          "--image=none:0",
          "--restart=Never",
          "--dry-run=server",
          "--output=json",
          `--overrides=${JSON.stringify({ spec })}`,
        );
      };
      const { resources } = JSON.parse(run()).spec.containers[0];
      assert.deepEqual(resources, {
        limits: { cpu: "500m", memory: "256Mi" },
        requests: { cpu: "50m", memory: "64Mi" },
      });
      assert.throws(
        () => run({ cpu: "1", memory: "64Mi" }),
        /exceeded quota: environment, requested: requests\.cpu=1, used: requests\.cpu=150m, limited: requests\.cpu=500m/,
      );
    });
  });
});
