// Keys, themes, time zones, narrow windows.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openBrowser, openPage, until } from "./browser.js";
import { startService } from "./service.js";

describe("the page", () => {
  let service, context;
  before(async () => {
    service = await startService();
    context = await openBrowser({ timezoneId: "Asia/Kolkata" });
    await service.api.draft({ order_id: "o-1" });
    await service.api.draft({ order_id: "o-2" });
  });
  after(async () => {
    await context.close();
    await service.close();
  });

  it("is used by keys alone", async () => {
    const page = await openPage(context, `${service.url}/orders?order=order_id`);
    await page.locator('[data-row-link="o-2"]').waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    assert.equal(await page.evaluate(() => document.activeElement.dataset.rowLink), "o-2");
    await page.keyboard.press("k");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "o-1" }).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.id), "main");
    await page.keyboard.press("g");
    await page.keyboard.press("r");
    await page.getByRole("heading", { level: 1, name: "Read models" }).waitFor();
    await page.keyboard.press("?");
    await page.getByRole("dialog").getByText("Search orders").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.keyboard.press("g");
    await page.keyboard.press("o");
    await page.getByRole("heading", { level: 1, name: "Orders" }).waitFor();
    await page.keyboard.press("/");
    assert.equal(await page.evaluate(() => document.activeElement.id), "search");
    await page.keyboard.type("g r ? j"); // In a field they are letters.
    assert.equal(await page.getByLabel("Search orders").inputValue(), "g r ? j");
    page.check();
    await page.close();
  });

  it("shows where the focus is, from the first Tab on, and does a command by keys", async () => {
    const page = await openPage(context, `${service.url}/orders/o-2`);
    await page.locator('[data-command="SetNote"]').waitFor();
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "To the content");
    for (let i = 0; i < 40; i++) {
      const found = await page.evaluate(() => {
        const style = getComputedStyle(document.activeElement);
        return {
          command: document.activeElement.dataset.command,
          outline: style.outlineStyle,
          width: style.outlineWidth,
        };
      });
      assert.notEqual(found.outline, "none");
      assert.notEqual(found.width, "0px");
      if (found.command === "SetNote") break;
      await page.keyboard.press("Tab");
    }
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.type("by keys");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.locator(".note").getByText("by keys").waitFor();
    page.check();
    await page.close();
  });

  it("is dark where the system is, and as the reader says, over reloads and tabs", async () => {
    const ground = (page) =>
      page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const page = await openPage(context, `${service.url}/orders`);
    const light = await ground(page);
    await page.emulateMedia({ colorScheme: "dark" });
    const dark = await ground(page);
    assert.notEqual(light, dark);
    const other = await openPage(context, `${service.url}/read-models`);
    await page.getByRole("button", { name: "Theme: system" }).click();
    await page.getByRole("button", { name: "Theme: light" }).waitFor();
    assert.equal(await ground(page), light);
    await page.keyboard.press("t");
    await page.getByRole("button", { name: "Theme: dark" }).waitFor();
    await page.emulateMedia({ colorScheme: "light" });
    await page.reload();
    await page.getByRole("button", { name: "Theme: dark" }).waitFor();
    assert.equal(await ground(page), dark);
    await until(async () => (await ground(other)) === dark, "the other tab to be dark");
    await page.getByRole("button", { name: "Theme: dark" }).click();
    await page.getByRole("button", { name: "Theme: system" }).waitFor();
    page.check();
    other.check();
    await page.close();
    await other.close();
  });

  it("tells times in UTC, or in the reader's own", async () => {
    const [{ record_time: recorded }] = await service.api.history("o-1");
    const page = await openPage(context, `${service.url}/orders/o-1/history?at=0`);
    const time = page.locator("time[data-style=full]").first();
    await time.waitFor();
    const day = recorded.slice(0, 10);
    assert.match(
      await time.innerText(),
      new RegExp(`^${day} ${recorded.slice(11, 19)}\\.\\d{3} UTC$`),
    );
    await page.getByRole("button", { name: "Times: UTC" }).click();
    await page.getByRole("button", { name: "Times: local" }).waitFor();
    const local = new Date(Date.parse(recorded) + 5.5 * 3600_000).toISOString();
    assert.match(
      await time.innerText(),
      new RegExp(`^${local.slice(0, 10)} ${local.slice(11, 19)}\\.\\d{3} \\+05:30$`),
    );
    await page.keyboard.press("u");
    page.check();
    await page.close();
  });

  it("keeps its place over a reload, and says so where there is nothing", async () => {
    const page = await openPage(context, `${service.url}/orders/o-1/history?at=0`, {
      expects: /status of 404/,
    });
    await page.reload();
    await page.getByRole("heading", { name: "0 · Order created" }).waitFor();
    await page.goto(`${service.url}/read-models/orders/nothing-here`);
    await page.getByText("The page has nothing at /read-models/orders/nothing-here.").waitFor();
    page.check();
    await page.close();
  });

  it("fits a narrow window without scrolling sideways", async () => {
    const page = await openPage(context, `${service.url}/orders`, {
      expects: /status of 409/, // Of what is switched off here.
    });
    await page.setViewportSize({ width: 400, height: 800 });
    for (const path of [
      "/orders",
      "/orders/o-1",
      "/orders/o-1/history",
      "/shop",
      "/read-models",
      "/dead-letters",
      "/streams",
      "/streams/order-o-1",
      "/groups",
      "/webhooks",
      "/users",
      "/node",
    ]) {
      await page.goto(service.url + path);
      await page.locator("main .card").first().waitFor();
      const { inner, scroll } = await page.evaluate(() => ({
        inner: innerWidth,
        scroll: document.documentElement.scrollWidth,
      }));
      assert.ok(scroll <= inner, `${path}: ${scroll} > ${inner}`);
    }
    page.check();
    await page.close();
  });
});
