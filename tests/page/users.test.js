// The store's users: seen and managed where the store has them.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openBrowser, openPage, violations } from "./browser.js";
import { startService } from "./service.js";

describe("the store's users", () => {
  let service, context;
  before(async () => {
    service = await startService({
      more: ["--store-listen", "127.0.0.1:0", "--store-users"],
    });
    context = await openBrowser();
  });
  after(async () => {
    await context.close();
    await service.close();
  });
  const dialog = (page) => page.getByRole("dialog");
  const user = (name) => service.api.get(`/v1/storeUsers/${name}`);
  const make = (name, fields = {}) =>
    service.api.post("/v1/storeUsers", {
      login_name: name,
      password: "first",
      full_name: "Ada Brown",
      groups: ["till"],
      ...fields,
    });
  /// Whether it is the user's password: making the user again is nothing new with it, and refused
  /// with another one.
  const isPassword = (name, password) =>
    make(name, { password }).then(
      () => true,
      (error) => {
        assert.match(error.message, /STORE_USER_EXISTS/);
        return false;
      },
    );

  it("are made in the page and listed with their groups", async () => {
    const page = await openPage(context, `${service.url}/users`, { expects: /status of 409/ });
    await page.locator('[data-row-link="admin"]').waitFor();
    await page.locator('[data-row-link="ops"]').waitFor();
    const create = async (password) => {
      await page.getByRole("button", { name: "New user…" }).click();
      await dialog(page).getByLabel("Login name").fill("till-1");
      await dialog(page).getByLabel("Full name").fill("The till at the door");
      await dialog(page).getByLabel("Groups").fill("till\nshop\ntill");
      await dialog(page).getByLabel("Password").fill(password);
      assert.deepEqual(await violations(page, { within: "dialog" }), []);
      await dialog(page).getByRole("button", { name: "Make it" }).click();
    };
    await create("open sesame");
    await page.getByRole("heading", { level: 1, name: "User till-1" }).waitFor();
    await page.getByText("The till at the door").waitFor();
    await page.getByText("till, shop").waitFor();
    assert.deepEqual((await user("till-1")).groups, ["till", "shop"]);
    assert.equal((await page.content()).includes("open sesame"), false);
    await page.getByRole("link", { name: "Store users" }).first().click();
    await page.locator('[data-row-link="till-1"]').waitFor();
    await create("another");
    await dialog(page)
      .locator(".refusal")
      .getByText(/till-1/)
      .waitFor();
    page.check();
    await page.close();
  });

  it("are changed, disabled, enabled and deleted", async () => {
    await make("clerk");
    const page = await openPage(context, `${service.url}/users/clerk`, {
      expects: /status of 404/,
    });
    await page.getByRole("button", { name: "Change…" }).click();
    await dialog(page).getByLabel("Full name").fill("Grace Hall");
    await dialog(page).getByLabel("Groups").fill("");
    await dialog(page).getByRole("button", { name: "Change it" }).click();
    await page.getByText("Grace Hall").waitFor();
    assert.deepEqual((await user("clerk")).groups, []);
    await page.getByRole("button", { name: "Disable…" }).click();
    await dialog(page).getByRole("button", { name: "Disable it" }).click();
    await page.locator(".badge", { hasText: "Disabled" }).waitFor();
    assert.equal((await user("clerk")).disabled, true);
    await page.getByRole("button", { name: "Enable" }).click();
    await page.locator(".badge", { hasText: "Enabled" }).waitFor();
    await page.getByRole("button", { name: "Delete…" }).click();
    await dialog(page).getByRole("button", { name: "Delete it" }).click();
    await page.getByText("The user clerk is deleted.").waitFor();
    await page.locator('[data-row-link="admin"]').waitFor();
    assert.equal(await page.locator('[data-row-link="clerk"]').count(), 0);
    await page.goto(`${service.url}/users/clerk`);
    await page.getByText("No such user").waitFor();
    page.check();
    await page.close();
  });

  it("get another password, which holds at once", async () => {
    await make("porter");
    assert.equal(await isPassword("porter", "first"), true);
    const page = await openPage(context, `${service.url}/users/porter`);
    await page.getByRole("button", { name: "Password…" }).click();
    await dialog(page).getByRole("button", { name: "Set it" }).click();
    await dialog(page).getByText("New password is missing.").waitFor();
    await dialog(page).getByLabel("New password").fill("second");
    await dialog(page).getByRole("button", { name: "Set it" }).click();
    await page.getByText("The new password holds.").waitFor();
    assert.equal(await isPassword("porter", "second"), true);
    assert.equal(await isPassword("porter", "first"), false);
    page.check();
    await page.close();
  });

  it("are never left without one in $admins", async () => {
    const page = await openPage(context, `${service.url}/users/admin`, {
      expects: /status of (400|403|409)/,
    });
    await page.getByRole("button", { name: "Delete…" }).click();
    await dialog(page).getByRole("button", { name: "Delete it" }).click();
    await dialog(page).locator(".refusal").waitFor();
    assert.deepEqual((await user("admin")).groups, ["$admins"]);
    page.check();
    await page.close();
  });

  it("are not there where the store lets everyone in: the view says what turns them on", async () => {
    const open = await startService();
    for (const path of ["/users", "/users/admin"]) {
      const page = await openPage(context, open.url + path, { expects: /status of (400|409)/ });
      await page.getByText("The store has no users").waitFor();
      await page.getByText("store-users", { exact: true }).waitFor();
      assert.equal(await page.getByRole("button", { name: "New user…" }).count(), 0);
      page.check();
      await page.close();
    }
    await open.close();
  });
});
