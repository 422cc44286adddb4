// Read models: how they stand, rebuilding with its progress, verifying, and the lag over time.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openBrowser, openPage, until } from "./browser.js";
import { startService } from "./service.js";

describe("the read models", () => {
  let service, context;
  before(async () => {
    service = await startService();
    context = await openBrowser();
    for (let i = 0; i < 20; i++) await service.api.confirmed();
  });
  after(async () => {
    await context.close();
    await service.close();
  });
  const row = (page, name) => page.locator(`tr:has([data-row-link="${name}"])`);

  it("are all there, with what they have applied", async () => {
    const page = await openPage(context, `${service.url}/read-models`);
    for (const name of ["orders", "customers", "sales", "search"]) {
      await row(page, name).getByText("Live").waitFor();
      await row(page, name).getByText("40", { exact: true }).waitFor();
    }
    page.check();
    await page.close();
  });

  it("are drawn over time, in this page's own colours", async () => {
    const page = await openPage(context, `${service.url}/read-models`);
    await page.locator("lag-chart canvas").first().waitFor();
    await until(
      async () => (await page.locator("lag-chart .legend li").count()) === 8,
      "both legends",
    );
    await page.locator("#theme").click();
    await page.locator("#theme").click();
    page.check();
    await page.close();
  });

  it("are rebuilt and verified by a button, and say what came of it", async () => {
    const page = await openPage(context, `${service.url}/read-models`);
    await row(page, "orders").getByRole("button", { name: "Rebuild" }).click();
    await row(page, "orders")
      .getByText(/rows compared, no difference/)
      .waitFor();
    await row(page, "sales").getByRole("button", { name: "Verify" }).click();
    await row(page, "sales").getByText("Verification").waitFor();
    await row(page, "sales")
      .getByText(/rows compared, no difference/)
      .waitFor();
    const { read_models: models } = await service.api.get("/v1/readModels");
    assert.equal(models.find(({ name }) => name === "orders").rebuild.phase, "REBUILD_PHASE_DONE");
    assert.equal(
      models.find(({ name }) => name === "sales").verification.phase,
      "REBUILD_PHASE_DONE",
    );
    page.check();
    await page.close();
  });

  it("show a rebuild's progress with the time left, and cancel it", async () => {
    // What the service says while a long one goes on; the rest of its answer is real.
    let isUnderWay = true;
    const page = await openPage(context, `${service.url}/read-models`, {
      init: (opened) =>
        opened.route("**/v1/readModels", async (route) => {
          const response = await route.fetch();
          const answer = await response.json();
          if (isUnderWay) {
            answer.read_models[0].rebuild = {
              phase: "REBUILD_PHASE_FILLING",
              error: "",
              start_time: "2026-01-01T00:00:00Z",
              events_applied: "1234567",
              events_per_second: 98765.4,
              fraction: 0.42,
              time_left: "83.5s",
              rows_compared: "0",
              differences: "0",
            };
          }
          await route.fulfill({ response, json: answer });
        }),
      expects: /status of 409/,
    });
    await row(page, "orders")
      .getByText("1\u202f234\u202f567 events, 98\u202f765 a second, 1 min 24 s left")
      .waitFor();
    assert.equal(
      await row(page, "orders").getByRole("progressbar").getAttribute("aria-valuenow"),
      "42",
    );
    await row(page, "orders").getByRole("button", { name: "Cancel" }).click();
    await page
      .getByRole("status")
      .getByText(/^orders: /)
      .waitFor(); // There was nothing to cancel: it says so.
    isUnderWay = false;
    await row(page, "orders").getByRole("button", { name: "Rebuild" }).waitFor();
    page.check();
    await page.close();
  });

  it("have a page each, with the differences that were found", async () => {
    const page = await openPage(context, `${service.url}/read-models/orders?of=rebuild`);
    await page.getByText("None.").waitFor();
    await page.getByLabel("Found by").selectOption("");
    await until(() => !new URL(page.url()).searchParams.has("of"), "the choice in the address");
    await page.goto(`${service.url}/read-models/nothing`, { waitUntil: "commit" }).catch(() => {});
    await page.getByText("No such read model").waitFor();
    await page.close();
  });
});
