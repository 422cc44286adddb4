// Chromium, and pages that say what went wrong in them.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { after } from "node:test";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let browser = null;

export async function openBrowser(options = {}) {
  browser ??= await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
  const context = await browser.newContext({ viewport: { width: 1360, height: 860 }, ...options });
  context.setDefaultTimeout(20_000);
  return context;
}

/// Of a program that is no test: those are followed by this.
export const closeBrowser = () => browser?.close();
after(closeBrowser);

/// A page at `path`. `check()` fails if anything was wrong in it; what `expects` matches is not: a
/// browser writes every refusal to its console.
export async function openPage(context, url, { expects = null, init = null } = {}) {
  const page = await context.newPage();
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(error.stack));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) && !expects?.test(message.text()))
      wrong.push(message.text());
  });
  if (init) await init(page);
  await page.goto(url);
  await page.locator("main h1").first().waitFor();
  page.check = () => assert.deepEqual(wrong, [], `wrong in ${url}`);
  return page;
}

/// Every rule of WCAG that axe knows, and its best practices; or those of `rules`. In all of the
/// page, or `within` a selector.
export async function violations(page, { rules, within } = {}) {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axe);
  const { violations: found } = await page.evaluate(
    ([where, only]) =>
      globalThis.axe.run(where ?? document, {
        resultTypes: ["violations"],
        ...(only ? { runOnly: only } : {}),
      }),
    [within, rules],
  );
  return found.map(
    ({ id, nodes }) =>
      `${id}: ${nodes.map(({ html, failureSummary }) => `${html}\n${failureSummary}`).join("\n")}`,
  );
}

/// Waits until `task` answers something true.
export async function until(task, what, within = 20_000) {
  const end = Date.now() + within;
  for (;;) {
    const answer = await task();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`it did not come to be: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
