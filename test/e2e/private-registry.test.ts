// An application whose images are in a registry with a password: they are in no other place, and the node pulls them with
// what the stack file has.
// Does not prove: a registry over TLS, nor the service of a provider.
import { strict as assert } from "node:assert";
import type { Browser } from "playwright-core";
import {
  type Application,
  applicationStack,
  beginRemoval,
  configure,
  deploy,
  findAgain,
  loginImages,
  origin,
  replaceAllPods,
  signUp,
  tagsOf,
  write,
} from "./applications/application.ts";
import { forget, install, namespace, password, push, server, user } from "./applications/registry/registry.ts";
import { startBrowser } from "./browser.ts";
import { claim, unclaim } from "./claims.ts";

describe("an application from a registry with a password", function () {
  this.timeout(600_000);
  let application: Application;
  let browser: Browser;
  const token = (value: string) =>
    application.run(value, "pulumi", "config", "set", "--secret", "todo:registryToken", "--stack", application.stack);

  before(async () => {
    const tags = await tagsOf("login", loginImages);
    application = applicationStack("registry");
    claim(namespace);
    forget();
    await install();
    await push(`localhost/login-pages:${tags.PAGES_TAG}`, "notes/pages:1.0.0");
    const digest = await push(`localhost/login-api:${tags.API_TAG}`, "notes/api:1.0.0");
    configure("login", application, tags);
    configure("registry", application, { API_DIGEST: digest });
  });

  after(async () => {
    await browser?.close();
    // Refused: what is there is somebody else's.
    if (!application) return;
    beginRemoval(application);
    unclaim(application.namespace, namespace);
    forget();
  });

  it("is refused to whoever has no password", async () => {
    const answer = await fetch(`http://${server}/v2/notes/api/manifests/1.0.0`, { headers: { connection: "close" } });
    assert.equal(answer.status, 401);
  });

  it("says that a password is wrong", () => {
    token("not-the-password");
    // Nobody has to wait for what cannot come.
    application.pulumi("config", "set", "--path", "todo:backend.migration.deadlineSeconds", "60");
    assert.throws(
      () => application.pulumi("up", "--yes", "--skip-preview"),
      /does not get its image localhost:30303\/notes\/api@\S+: its registry refuses it;[^\n]*\n[^\n]*401 Unauthorized/,
    );
    application.pulumi("config", "rm", "--path", "todo:backend.migration.deadlineSeconds");
  });

  it("comes up with the right one, and takes a note that is there when every pod was deleted", async () => {
    token(password);
    deploy(application);
    browser = await startBrowser();
    const page = await browser.newPage();
    await page.goto(origin, { waitUntil: "networkidle" });
    await signUp(page);
    await write(page, "from a registry");
    replaceAllPods(application);
    await findAgain(page, "from a registry");
  });

  it("pulls for every pod, with a login that no pod can read", () => {
    const names = application.kubectl("get", "pods", "--output", "jsonpath={.items[*].spec.imagePullSecrets[*].name}");
    assert.match(names, /^todo-registry-secrets-\w+( todo-registry-secrets-\w+)*$/);
    assert.ok(!application.pulumi("stack", "export").includes(password), `the state holds the password of ${user}`);
  });
});
