// What customers write is text, whatever it says.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openBrowser, openPage } from "./browser.js";
import { startService } from "./service.js";

const script = `<img src=x onerror="document.title='taken'"><script>document.title='taken'</script>`;
const link = "javascript:document.title='taken'";
const turned = "\u202egnp.exe";

describe("hostile text", () => {
  let service, context, id;
  before(async () => {
    service = await startService();
    context = await openBrowser();
    id = await service.api.draft({
      order_id: "o-hostile",
      note: `${script}${turned}${"long ".repeat(700)}`,
      lines: [{ sku: "SKU", title: script, quantity: 1, unit_price: { minor_units: 1 } }],
      shipping_address: { name: script, line1: link, city: turned, country_code: "DE" },
    });
    await service.api.command(id, "placeHold", { kind: "MANUAL", reason: script });
  });
  after(async () => {
    await context.close();
    await service.close();
  });

  it("is shown as it is, in every view, and runs nowhere", async () => {
    const of = encodeURIComponent(id);
    for (const path of [
      `/orders?q=img`,
      `/orders/${of}`,
      `/orders/${of}/history?at=0`,
      `/orders/${of}/history?at=2&with=0`,
      `/shop/orders/${of}`,
    ]) {
      const page = await openPage(context, service.url + path);
      await page
        .getByText(path.includes("?q") ? "o-hostile" : "<img src=x")
        .first()
        .waitFor();
      assert.notEqual(await page.title(), "taken", path);
      const found = await page.evaluate(() => ({
        images: document.querySelectorAll(
          "main img, main script, main b, main i:not([class]):not(:empty), main u",
        ).length,
        links: [...document.querySelectorAll("a[href]")].filter(
          (one) => !["http:", "https:", "blob:"].includes(one.protocol),
        ).length,
      }));
      assert.deepEqual(found, { images: 0, links: 0 }, path);
      page.check();
      await page.close();
    }
  });

  it("in the address is text too", async () => {
    const page = await openPage(
      context,
      `${service.url}/orders?q=${encodeURIComponent(`"${script}"`)}&customer=${encodeURIComponent(script)}`,
      { expects: /status of 400/ },
    );
    assert.notEqual(await page.title(), "taken");
    page.check();
    await page.close();
  });

  it("could not run even if it got in: the service allows its own scripts alone", async () => {
    const page = await openPage(context, `${service.url}/orders`, {
      expects: /Content Security Policy/,
    });
    await page.evaluate((text) => {
      const element = document.createElement("div");
      element.innerHTML = text; // As a page with a hole would.
      document.body.append(element);
    }, script);
    await page.waitForTimeout(300);
    assert.notEqual(await page.title(), "taken");
    await page.close();
  });
});
