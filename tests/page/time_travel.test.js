// An order as it was: by revision, by time, between two; and its history as a file.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { openBrowser, openPage, until } from "./browser.js";
import { startService } from "./service.js";

describe("time travel", () => {
  let service, context, id;
  before(async () => {
    service = await startService();
    context = await openBrowser({ acceptDownloads: true });
    id = await service.api.paid();
    await service.api.command(id, "setNote", { note: "later" });
  });
  after(async () => {
    await context.close();
    await service.close();
  });

  const at = (page) => new URL(page.url()).searchParams.get("at");

  it("begins at the last event and goes back by key, with its place in the address", async () => {
    const page = await openPage(context, `${service.url}/orders/${id}/history`);
    await page.getByRole("heading", { name: "4 · Note set" }).waitFor();
    await page.getByRole("heading", { level: 1 }).click();
    await page.keyboard.press("ArrowLeft");
    await page.getByRole("heading", { name: "3 · Payment captured" }).waitFor();
    assert.equal(at(page), "3");
    assert.equal(await page.getByText("later").count(), 0);
    await page.getByLabel("Revision", { exact: true }).focus();
    await page.keyboard.press("Home");
    await page.getByRole("heading", { name: "0 · Order created" }).waitFor();
    await page
      .getByRole("region", { name: "State at revision 0" })
      .getByText("Assam tea")
      .waitFor();
    page.check();
    await page.close();
  });

  it("shows what an event changed, its body, and the state after it", async () => {
    const page = await openPage(context, `${service.url}/orders/${id}/history?at=1`);
    await page.getByRole("heading", { name: "1 · Order confirmed" }).waitFor();
    const changes = page.locator(".changes");
    assert.match(await changes.innerText(), /Status\s+was\s+Draft\s+→\s+is now\s+Confirmed/);
    assert.match(await page.locator("pre.json").innerText(), /"total": 1780/);
    page.check();
    await page.close();
  });

  it("compares any two points", async () => {
    const page = await openPage(context, `${service.url}/orders/${id}/history?at=4&with=0`);
    await page.getByText("From revision 0 to 4").waitFor();
    assert.match(await page.locator(".changes").innerText(), /Note\s+nothing\s+→\s+is now\s+later/);
    await page.getByLabel("Compare with revision").selectOption("3");
    await page.getByText("From revision 3 to 4").waitFor();
    assert.equal(new URL(page.url()).searchParams.get("with"), "3");
    page.check();
    await page.close();
  });

  it("goes to a time", async () => {
    const page = await openPage(context, `${service.url}/orders/${id}/history`);
    await page.getByRole("heading", { name: "4 · Note set" }).waitFor();
    await page.getByLabel("Go to a time (UTC)").fill("2001-01-01T00:00:00");
    await page.getByRole("heading", { name: "0 · Order created" }).waitFor();
    page.check();
    await page.close();
  });

  it("plays through, and follows what is new while it is at the end", async () => {
    const page = await openPage(context, `${service.url}/orders/${id}/history?at=3`);
    await page.getByRole("button", { name: "Play" }).click();
    await page.getByRole("heading", { name: "4 · Note set" }).waitFor();
    await page.goto(`${service.url}/orders/${id}/history`);
    await page.getByRole("heading", { name: "4 · Note set" }).waitFor();
    await page.getByText("Live", { exact: true }).waitFor();
    await service.api.command(id, "setNote", { note: "newest" });
    await page.getByRole("heading", { name: "5 · Note set" }).waitFor();
    page.check();
    await page.close();
  });

  it("gives the history as JSON, every event and every digit", async () => {
    const page = await openPage(context, `${service.url}/orders/${id}/history`);
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "History as JSON" }).click(),
    ]);
    const entries = JSON.parse(await readFile(await file.path(), "utf8"));
    const recorded = await service.api.history(id);
    assert.deepEqual(
      entries.map(({ event_id: one }) => one),
      recorded.map(({ event_id: one }) => one),
    );
    assert.deepEqual(
      entries.map(({ data }) => data),
      recorded.map(({ data_json: data }) => JSON.parse(data)),
    );
    page.check();
    await page.close();
  });

  it("says so of an order that is not there", async () => {
    const page = await openPage(context, `${service.url}/orders/nobody/history`, {
      expects: /status of 404/,
    });
    await page.getByRole("alert").waitFor();
    await page.goto(`${service.url}/orders/nobody`);
    await page.getByRole("alert").getByText("Order not found").waitFor();
    await until(() => page.getByRole("link", { name: "To the orders" }).isVisible(), "a way back");
    page.check();
    await page.close();
  });
});
