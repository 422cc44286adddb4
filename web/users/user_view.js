// One user of the store, and what may be done with it.
import { read, send } from "../core/api.js";
import { h, replace } from "../core/dom.js";
import { navigate } from "../core/router.js";
import { timeElement } from "../core/time.js";
import { notify } from "../parts/notices.js";
import { oneAtATime } from "../parts/one_at_a_time.js";
import { data, facts, pageHead } from "../parts/pieces.js";
import { empty, failed, loading } from "../parts/states.js";
import { View } from "../parts/view.js";
import { openChange, openDeletion, openDisabling, openPassword } from "./user_forms.js";
import { isOff, userBadges, userCall, usersOff } from "./user_pieces.js";

const back = { href: "/users", text: "Store users" };

class UserView extends View {
  #once = oneAtATime();

  show() {
    this.name_ = this.route.parameters.user;
    this.#show(null, loading(4));
    this.#load();
    this.atReturn(() => this.#load());
  }

  #show(user, body) {
    replace(this, this.#headOf(user), h("div.card", body));
  }

  async #load() {
    await this.attempt(
      async () => this.#render(await read(userCall(this.name_), {}, { signal: this.signal })),
      (problem) =>
        this.#show(
          null,
          isOff(problem)
            ? usersOff()
            : problem.status === 404
              ? empty(
                  "No such user",
                  problem.message,
                  h("a.button", { href: back.href }, "To the users"),
                )
              : failed(problem, () => this.#load()),
        ),
    );
  }

  #headOf(user) {
    const button = (text, act, name = "button") => h(name, { type: "button", onclick: act }, text);
    const then = (text) => () => {
      notify(text);
      this.#load();
    };
    return pageHead(["User ", data(this.name_)], {
      back,
      beside: user && h("span", userBadges(user)),
      actions: user && [
        button("Change…", () => openChange(user, then(`${this.name_} is changed.`))),
        button("Password…", () => openPassword(user, then("The new password holds."))),
        user.disabled
          ? button("Enable", () => this.#enable(), "button.primary")
          : button("Disable…", () => openDisabling(user, then(`${this.name_} is disabled.`))),
        button("Delete…", () => openDeletion(user, () => this.#deleted()), "button.danger"),
      ],
    });
  }

  #render(user) {
    this.#show(
      user,
      h(
        "div.body",
        facts([
          ["Full name", user.full_name ? data(user.full_name) : h("span.faint", "–")],
          [
            "Groups",
            user.groups.length === 0
              ? h("span.faint", "none")
              : user.groups.map((group, i) => [i > 0 && ", ", data(group)]),
          ],
          ["Changed", timeElement(user.update_time, "full")],
          user.used_by_service && [
            "Who it is",
            "The service itself logs in with it: it stays in $admins, enabled, with its password.",
          ],
        ]),
      ),
    );
  }

  #enable() {
    return this.#once("it is enabled", async () => {
      await send(userCall(this.name_, "enable"), {});
      notify(`${this.name_} may log in again.`);
      this.#load();
    });
  }

  #deleted() {
    notify(`The user ${this.name_} is deleted.`);
    navigate("/users");
  }
}
customElements.define("user-view", UserView);
