// The node: what it does, and with which settings.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openBrowser, openPage, until } from "./browser.js";
import { startService } from "./service.js";

describe("the node", () => {
  let service, context;
  before(async () => {
    service = await startService();
    context = await openBrowser();
    await service.api.draft();
  });
  after(async () => {
    await context.close();
    await service.close();
  });

  it("tells what it does, and goes on telling", async () => {
    const page = await openPage(context, `${service.url}/node`);
    const created = page.locator("tr", { hasText: "CreateOrder" }).locator("td.number").first();
    await created.getByText("1", { exact: true }).waitFor();
    await service.api.draft();
    await until(async () => (await created.innerText()) === "2", "the second order");
    await page.getByText("Commit and sync, median").waitFor();
    page.check();
    await page.close();
  });

  it("tells what was set, and all that may be", async () => {
    const page = await openPage(context, `${service.url}/node`);
    const setting = (name) =>
      page.locator("table.settings tr", { has: page.getByText(name, { exact: true }) });
    await setting("http-listen").getByText("Flag").waitFor();
    assert.equal(await setting("watches-max").count(), 0);
    await page.locator("#all-settings").click();
    await setting("watches-max").getByText("Default").waitFor();
    assert.equal(new URL(page.url()).searchParams.get("settings"), "all");
    page.check();
    await page.close();
  });
});
