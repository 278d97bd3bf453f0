// Applications as teams have them (test/e2e/applications), each deployed by `pulumi config set` alone, in a stack of its own:
// a note is written in a browser, and is there again when every pod has been deleted.
// Does not prove: an Ingress, for there is no controller here; other browsers; behaviour under load.
import { strict as assert } from "node:assert";
import type { Browser, Page } from "playwright-core";
import {
  type Application,
  applicationStack,
  beginRemoval,
  configure,
  deploy,
  findAgain,
  type Images,
  loginImages,
  namespaceOf,
  OTHER_PORT,
  origin,
  replaceAllPods,
  signUp,
  tagsOf,
  write,
} from "./applications/application.ts";
import { startBrowser } from "./browser.ts";
import { unclaim } from "./claims.ts";

interface Case {
  /** Folder of its images and its stack.sh. */
  name: string;
  what: string;
  images: Images;
  /** What a person does before there is anything to write. */
  enter?: (page: Page) => Promise<void>;
  /** What there is to see besides. */
  more?: Record<string, (application: Application, page: Page) => Promise<void>>;
}

const cases: Case[] = [
  {
    name: "rewrite",
    what: "Next.js with an address in its image, and an API with two drivers",
    images: { pages: "node", api: "python" },
    more: {
      "has each driver's form of the address, and its parts": async ({ stack }, page) => {
        const asked = async (path: string) => (await page.request.get(`${origin}/api/${path}`)).json();
        assert.deepEqual(await asked("drivers"), { running: "asyncpg", migrated: "notes-migration" });
        assert.deepEqual(await asked("readyz"), { database: "todo", host: `todo-postgres-${stack}` });
      },
    },
  },
  {
    name: "browser",
    what: "files behind nginx, whose script calls the API at its own address",
    images: { pages: "python", api: "python" },
    more: {
      "is called from the pages' origin, and from no other": async () => {
        const allowed = async (from: string) => {
          const headers = { origin: from, connection: "close" };
          return (await fetch(`http://localhost:${OTHER_PORT}/v1/notes`, { headers })).headers.get(
            "access-control-allow-origin",
          );
        };
        assert.deepEqual([await allowed(origin), await allowed("http://localhost:1")], [origin, null]);
      },
    },
  },
  { name: "one", what: "one image for pages and data", images: { "": "python" } },
  {
    name: "worker",
    what: "pages that leave the work to a queue in a Redis of its own and a worker",
    images: { queue: "python", redis: "python" },
    more: {
      "has the notes written by the worker": async ({ kubectl, stack }, page) => {
        const worker = await page.getByRole("listitem").getAttribute("title");
        const pods = ["get", "pods", "--selector", `app.kubernetes.io/instance=worker-${stack}`];
        assert.equal(worker, kubectl(...pods, "--output", "jsonpath={.items[*].metadata.name}"));
      },
    },
  },
  {
    name: "login",
    what: "pages with a login of their own, and an API that shares their database and their secret",
    images: loginImages,
    enter: signUp,
    more: {
      "keeps users and sessions in tables of the login's own": async ({ kubectl, stack }) => {
        const query = `SELECT count(*) FROM "user" JOIN session ON session."userId" = "user".id`;
        const psql = ["psql", "--username=todo", "--dbname=todo", "--tuples-only", "--no-align"];
        const database = `statefulset/todo-postgres-${stack}`;
        assert.equal(kubectl("exec", database, "--", ...psql, `--command=${query}`).trim(), "1");
      },
      "shows nobody's notes to a visitor who is not logged in": async () => {
        const answer = await fetch(`${origin}/api/notes`, { headers: { connection: "close" } });
        assert.equal(answer.status, 401);
      },
    },
  },
];

describe("applications by a stack file alone", function () {
  this.timeout(600_000);
  let browser: Browser;
  before(async () => {
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    unclaim(...cases.map(({ name }) => namespaceOf(name)));
  });

  for (const { name, what, images, enter, more = {} } of cases) {
    describe(what, () => {
      let application: Application | undefined;
      let page: Page;

      before(async () => {
        const tags = await tagsOf(name, images);
        application = applicationStack(name);
        configure(name, application, tags);
      });

      after(async () => {
        await page?.context().close();
        if (application) beginRemoval(application);
      });

      it("comes up, and takes a note", async () => {
        deploy(application as Application);
        page = await (await browser.newContext()).newPage();
        await page.goto(origin, { waitUntil: "networkidle" });
        await enter?.(page);
        await write(page, `${name} was here`);
      });

      for (const [title, check] of Object.entries(more)) it(title, () => check(application as Application, page));

      it("has the note when every pod was deleted", async () => {
        replaceAllPods(application as Application);
        await findAgain(page, `${name} was here`);
        await write(page, `${name} is here again`);
      });
    });
  }
});
