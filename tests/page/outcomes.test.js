// What comes of commands that are refused, raced, repeated, cut off: nothing is done twice, and the
// page says how to go on.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openBrowser, openPage, until } from "./browser.js";
import { startService } from "./service.js";

describe("a command", () => {
  let service, context;
  before(async () => {
    service = await startService();
    context = await openBrowser();
  });
  after(async () => {
    await context.close();
    await service.close();
  });

  async function openNote(id, options) {
    const page = await openPage(context, `${service.url}/orders/${id}`, options);
    await page.locator('[data-command="SetNote"]').click();
    await page.getByRole("dialog").getByLabel("Note").fill("from the page");
    return page;
  }
  const submit = (page) => page.getByRole("dialog").locator("button[type=submit]");
  const notes = async (id) =>
    (await service.api.history(id)).filter(({ type }) => type === "NoteSet").length;

  it("for an order that has changed meanwhile is not done, and says what changed", async () => {
    const id = await service.api.draft();
    const page = await openNote(id, { expects: /status of 412/ });
    await service.api.command(id, "setTax", { rate_ppm: 190000 });
    await submit(page).click();
    await page.getByText("The order has changed meanwhile").waitFor();
    assert.equal(await notes(id), 0);
    await page.getByRole("button", { name: "Look at it as it is now" }).click();
    await page.getByText("Changed since you looked (revision 0 to 1)").waitFor();
    assert.equal(await page.getByRole("dialog").getByLabel("Note").inputValue(), "from the page");
    await submit(page).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    assert.equal(await notes(id), 1);
    page.check();
    await page.close();
  });

  it("that is refused shows the reason, the rule, and what may be done instead", async () => {
    const id = await service.api.confirmed();
    const page = await openPage(context, `${service.url}/orders/${id}`, {
      expects: /status of 409/,
    });
    await page.locator('[data-command="CapturePayment"]').click();
    await page.getByRole("dialog").getByLabel("Amount").fill("1000000.00");
    await submit(page).click();
    const refusal = page.getByRole("dialog").locator(".refusal");
    await refusal.getByRole("heading").waitFor();
    assert.match(await refusal.innerText(), /total|captured|open/i);
    await refusal.getByRole("button", { name: "Set the note" }).click();
    await page.getByRole("dialog").getByRole("heading", { name: "Set the note" }).waitFor();
    page.check();
    await page.close();
  });

  it("is sent once, however often its button is pressed", async () => {
    const id = await service.api.draft();
    const page = await openNote(id);
    let sent = 0;
    page.on("request", (request) => (sent += request.method() === "POST" ? 1 : 0));
    await submit(page).evaluate((button) => {
      for (let i = 0; i < 5; i++) button.click();
    });
    await page.getByRole("dialog").waitFor({ state: "detached" });
    assert.equal(sent, 1);
    assert.equal(await notes(id), 1);
    page.check();
    await page.close();
  });

  it("whose answer is lost is asked about with the same key, and recorded once", async () => {
    const id = await service.api.draft();
    const page = await openNote(id, { expects: /net::ERR_/ });
    const keys = [];
    await page.route("**/v1/orders/*:setNote", async (route) => {
      keys.push(route.request().headers()["idempotency-key"]);
      const answer = await route.fetch(); // The service has it; the page does not hear of it.
      if (keys.length === 1) return route.abort("connectionreset");
      return route.fulfill({ response: answer });
    });
    await submit(page).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    assert.equal(keys.length, 2);
    assert.equal(keys[0], keys[1]);
    assert.equal(await notes(id), 1);
    page.check();
    await page.close();
  });

  it("that was on its way when the page was reloaded is found out about, and recorded once", async () => {
    const id = await service.api.draft();
    const page = await openNote(id, { expects: /net::ERR_|Failed to fetch/ });
    let isAtService;
    const arrived = new Promise((resolve) => (isAtService = resolve));
    await page.route("**/v1/orders/*:setNote", async (route) => {
      await route.fetch();
      isAtService(); // And never an answer.
    });
    await submit(page).click();
    await arrived;
    await page.reload();
    await page.unroute("**/v1/orders/*:setNote");
    const banner = page.getByRole("region", { name: "Commands without an answer" });
    await banner.getByText(`Set the note (${id})`).waitFor();
    await banner.getByRole("button", { name: "Ask again" }).click();
    await page.getByText(`Set the note (${id}): recorded.`).waitFor();
    await banner.waitFor({ state: "detached" });
    assert.equal(await notes(id), 1);
    page.check();
    await page.close();
  });

  it("that was never received is done by asking again", async () => {
    const id = await service.api.draft();
    const page = await openNote(id, { expects: /net::ERR_/ });
    await page.route("**/v1/orders/*:setNote", (route) => route.abort("connectionrefused"));
    await submit(page).click();
    await page.getByText("Whether it was recorded is not known").waitFor({ timeout: 30_000 });
    await page.unroute("**/v1/orders/*:setNote");
    await page.getByRole("button", { name: "Ask again" }).last().click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await until(async () => (await notes(id)) === 1, "the note");
    page.check();
    await page.close();
  });
});
