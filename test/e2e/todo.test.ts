// The Todo as a person meets it: a browser, the published node port, and pods that die.
// Does not prove: other environments, other browsers, behaviour under load.
import { strict as assert } from "node:assert";
import type { Browser, Page } from "playwright-core";
import { startBrowser } from "./browser.ts";
import { pulumi, replacePod, until } from "./cluster.ts";

describe("the Todo in a browser", () => {
  const url = JSON.parse(pulumi("stack", "output", "--json")).url as string;
  const title = `buy milk ${Date.now()}`;
  let browser: Browser;
  let page: Page;

  before(async () => {
    browser = await startBrowser();
    page = await browser.newPage();
    await page.goto(url);
  });

  after(() => browser?.close());

  const checkbox = () => page.getByRole("checkbox", { name: title });
  const connected = () =>
    page.getByRole("status").and(page.locator("[data-connection=connected]")).waitFor({ timeout: 180_000 });

  it("adds a todo", async () => {
    await connected();
    await page.getByRole("textbox", { name: "New todo" }).fill(title);
    await page.getByRole("button", { name: "Add" }).click();
    await checkbox().waitFor();
  });

  it("shows it after a reload, open", async () => {
    await page.reload();
    await checkbox().waitFor();
    assert.equal(await checkbox().isChecked(), false);
  });

  it("completes it, and it stays complete", async () => {
    const saved = page.waitForResponse((response) => response.request().method() === "PATCH" && response.ok());
    await checkbox().check();
    await saved;
    await page.reload();
    await checkbox().waitFor();
    assert.equal(await checkbox().isChecked(), true);
  });

  it("still has it after the PostgreSQL pod was deleted", async () => {
    replacePod("statefulset", "todo-postgres-dev");
    await until("the todo after the database's restart", async () => {
      await page.reload();
      await checkbox().waitFor({ timeout: 5_000 });
      return true;
    });
    assert.equal(await checkbox().isChecked(), true);
  });

  it("recovers by itself when the backend pod was deleted", async () => {
    await connected();
    replacePod("deployment", "todo-backend-dev");
    await connected();
    await checkbox().waitFor();
    const second = `${title}, again`;
    await page.getByRole("textbox", { name: "New todo" }).fill(second);
    await page.getByRole("button", { name: "Add" }).click();
    await page.getByRole("checkbox", { name: second }).waitFor();
  });

  it("deletes it", async () => {
    await page.getByRole("button", { name: `Delete ${title}`, exact: true }).click();
    await page.getByRole("checkbox", { name: title, exact: true }).waitFor({ state: "detached" });
    await page.reload();
    await connected();
    assert.equal(await page.getByRole("checkbox", { name: title, exact: true }).count(), 0);
  });

  it("says that the chat is off without a key, and works otherwise", async () => {
    const response = await page.request.get(`${url}/api/todos`);
    assert.equal(response.status(), 200);
    await page.getByRole("textbox", { name: "Message" }).fill("hello");
    await page.getByRole("button", { name: "Send" }).click();
    const alert = page.getByRole("region", { name: "Chat" }).getByRole("alert");
    await until("the chat's alert", async () => ((await alert.textContent()) || "").length > 0 || undefined);
    assert.match((await alert.textContent()) ?? "", /key/i);
  });
});
