// Changes as they happen: over many tabs, over a restart of the service, over reloads.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openBrowser, openPage, until } from "./browser.js";
import { startService } from "./service.js";

const tabs = 10;

describe("live changes", () => {
  let service, context;
  before(async () => {
    service = await startService();
    context = await openBrowser();
  });
  after(async () => {
    await context.close();
    await service.close();
  });
  const row = (page, id) => page.locator(`tr:has([data-row-link="${id}"])`);

  it("come to ten tabs over one stream, which leaves connections for everything else", async () => {
    const pages = [];
    for (let i = 0; i < tabs; i++) pages.push(await openPage(context, `${service.url}/orders`));
    for (const page of pages) await page.getByText("Live", { exact: true }).waitFor();
    const id = await service.api.draft();
    for (const page of pages) {
      await page.bringToFront(); // A hidden tab waits until it is looked at.
      await row(page, id).waitFor();
    }
    // Six connections are all that a browser opens to a host: ten streams would have taken them all.
    const metrics = await service.api.text("/metrics");
    const connections = Number(/^orders_http_connections (\d+)/m.exec(metrics)[1]);
    assert.ok(connections <= 8, `${connections} connections`);
    const watches = await pages[0].evaluate(
      async () => (await fetch("/v1/orders?page_size=1")).status,
    );
    assert.equal(watches, 200);
    for (const page of pages) {
      page.check();
      await page.close();
    }
  });

  it("come again after the service was restarted, with what happened meanwhile", async () => {
    const expects = /net::ERR_|status of 503/;
    const id = await service.api.draft({ order_id: "o-kept" });
    const list = await openPage(context, `${service.url}/orders`, { expects });
    const order = await openPage(context, `${service.url}/orders/${id}`, { expects });
    await list.getByText("Live", { exact: true }).waitFor();
    await service.stop();
    await list.getByText("Not connected; trying again").waitFor();
    // What was there stays to be read.
    await row(list, id).waitFor();
    await service.startAgain();
    await service.api.command(id, "setNote", { note: "after the restart" });
    const later = await service.api.draft();
    await list.bringToFront();
    await list.getByText("Live", { exact: true }).waitFor({ timeout: 30_000 });
    await row(list, later).waitFor();
    await order.bringToFront();
    await order.locator(".note").getByText("after the restart").waitFor();
    list.check();
    order.check();
    await list.close();
    await order.close();
  });

  it("say that the service is away to who opens a view then, and go on when it is back", async () => {
    const page = await openPage(context, `${service.url}/orders`, {
      expects: /net::ERR_|status of 503/,
    });
    await page.getByText("Live", { exact: true }).waitFor();
    await service.stop();
    await page.getByText("Not connected; trying again").waitFor();
    await page.getByRole("link", { name: "Dead letters" }).click();
    await page.getByRole("alert").getByText("The service cannot be reached.").waitFor();
    await service.startAgain();
    await page.getByText("No dead letter").waitFor({ timeout: 30_000 });
    page.check();
    await page.close();
  });

  it("come without a shared worker too", async () => {
    const page = await openPage(context, `${service.url}/orders`, {
      init: (opened) => opened.addInitScript(() => delete globalThis.SharedWorker),
    });
    await page.getByText("Live", { exact: true }).waitFor();
    const id = await service.api.draft();
    await row(page, id).waitFor();
    page.check();
    await page.close();
  });
});
