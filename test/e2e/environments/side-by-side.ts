// Three environments at once, each at its own URL, in one browser with one set of cookies.
import { strict as assert } from "node:assert";
import type { ChildProcess } from "node:child_process";
import type { Browser, BrowserContext } from "playwright-core";
import { startBrowser } from "../browser.ts";
import { type Checkout, interrupt, refusal } from "../checkout.ts";
import { until } from "../cluster.ts";
import { json, kubectl, origins, type Stack, stacks } from "../environment.ts";
import * as externalDatabase from "../external-database.ts";

/** @param checkout the place where staging and prod are deployed from, known when the tests run */
export function sideBySide(checkout: () => Checkout): void {
  describe("side by side", () => {
    const opened: ChildProcess[] = [];
    let browser: Browser;
    let context: BrowserContext;
    const title = (stack: string) => `only in ${stack} ${process.pid}`;
    const page = async (stack: Stack) => {
      const page = await context.newPage();
      await page.goto(origins[stack]);
      await page.locator("[data-connection=connected]").first().waitFor({ timeout: 180_000 });
      return page;
    };

    before(async () => {
      for (const stack of ["staging", "prod"] as const) {
        opened.push(
          await checkout().start(
            ["make", "open", `ENV=${stack}`],
            `Todo (${stack}) is at ${origins[stack]} until Ctrl-C`,
          ),
        );
      }
      browser = await startBrowser();
      // One for all three, as a person has it: what an environment puts into it must not reach another one.
      context = await browser.newContext();
    });

    after(async () => {
      for (const child of opened) interrupt(child);
      await browser?.close();
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

    it("reaches them over TLS", () => {
      const connections =
        "SELECT DISTINCT usename, ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename IN ('staging', 'prod') ORDER BY usename";
      assert.equal(externalDatabase.sql(connections), "prod|t\nstaging|t");
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
      const said = refusal(checkout().try(["make", "open", "ENV=staging"]));
      assert.match(
        said,
        /error: port 8301: http:\/\/staging\.localhost:8301 needs it on 127\.0\.0\.1, but another program listens there/,
      );
    });
  });
}
