// The users of the store: who may come in at its own port, and in which groups they are.
import { read } from "../core/api.js";
import { h, replace } from "../core/dom.js";
import { changeQuery, navigate } from "../core/router.js";
import { timeElement } from "../core/time.js";
import { data, headRow, pageHead, pager, scrolling } from "../parts/pieces.js";
import { empty, failed, loading } from "../parts/states.js";
import { View } from "../parts/view.js";
import { openCreation } from "./user_forms.js";
import { isOff, isReachable, userBadges, userPath, usersOff } from "./user_pieces.js";

const pageSize = 50;

class UsersView extends View {
  show() {
    this.query = this.route.query;
    this.head = h("div");
    this.list = h("div.card", loading(4));
    replace(this, this.head, this.list);
    this.#showHead([]);
    this.#load();
    this.atReturn(() => this.#load());
  }

  routeChanged(query) {
    this.query = query;
    this.#load();
  }

  #showHead(actions) {
    replace(
      this.head,
      pageHead("Store users", {
        lead: "Who may come in at the store's own port. They are no callers of this page and its API.",
        actions,
      }),
    );
  }

  async #load() {
    await this.attempt(
      async () => {
        const answer = await read(
          "/v1/storeUsers",
          { page_size: pageSize, page_token: this.query.get("page") ?? "" },
          { signal: this.signal },
        );
        this.#showHead([
          h(
            "button.primary",
            { type: "button", onclick: () => openCreation((name) => this.#created(name)) },
            "New user…",
          ),
        ]);
        this.#render(answer);
      },
      (problem) => {
        this.#showHead([]);
        replace(
          this.list,
          isOff(problem)
            ? usersOff()
            : failed(
                problem,
                () => this.#load(),
                this.query.get("page") &&
                  h(
                    "button",
                    { type: "button", onclick: () => changeQuery({ page: "" }) },
                    "First page",
                  ),
              ),
        );
      },
    );
  }

  #created(name) {
    if (isReachable(name)) navigate(userPath(name));
    else this.#load();
  }

  #render({ store_users: users, next_page_token: next }) {
    const row = (user) => {
      const { login_name: name } = user;
      return h(
        "tr",
        h(
          "td",
          isReachable(name)
            ? h("a", { href: userPath(name), "data-row-link": name }, h("strong", data(name)))
            : h("strong", data(name)),
        ),
        h("td", userBadges(user)),
        h("td", data(user.full_name)),
        h(
          "td",
          user.groups.map((group, i) => [i > 0 && ", ", data(group)]),
        ),
        h("td", timeElement(user.update_time)),
      );
    };
    replace(
      this.list,
      users.length === 0
        ? empty("No user", "Nobody may come in.")
        : scrolling(
            "Store users",
            h(
              "table",
              headRow("Login name", "State", "Full name", "Groups", "Changed"),
              h("tbody", users.map(row)),
            ),
          ),
      pager({ next, isFirst: !this.query.get("page") }),
    );
  }
}
customElements.define("users-view", UsersView);
