// The list of orders: filtered, a page at a time, following what happens.
import { address, read } from "../core/api.js";
import { h, icon, replace } from "../core/dom.js";
import { newestHeard } from "../core/live.js";
import { changeQuery, navigate } from "../core/router.js";
import { fullTime } from "../core/time.js";
import { pageHead, paced } from "../parts/pieces.js";
import { failed, loading } from "../parts/states.js";
import { View } from "../parts/view.js";
import { filterForm, filterNames, filterText, isFiltered } from "./filters.js";
import { foundTable, noOrders, ordersTable } from "./orders_table.js";

const pageSize = 25;
const refreshMs = 700;

class OrdersView extends View {
  #query = new URLSearchParams();
  #etags = new Map();
  #isPaused = false;
  #asked = 0;

  show() {
    this.#query = this.route.query;
    this.search = h("input", {
      type: "search",
      id: "search",
      "data-search": "",
      placeholder: "Search ids, customers, skus, titles, notes, tracking codes",
      autocomplete: "off",
      "aria-label": "Search orders",
      value: this.#query.get("q") ?? "",
    });
    this.filters = h("div");
    this.list = h("div.card", { "aria-live": "off" }, loading(9));
    this.pause = h("button", {
      type: "button",
      "aria-pressed": "false",
      onclick: () => this.#togglePause(),
    });
    this.newer = newestHeard();
    replace(
      this,
      pageHead("Orders", {
        actions: [this.pause, h("a.button", { href: "/shop" }, icon("plus"), "Place an order")],
      }),
      h(
        "form.search",
        { role: "search", onsubmit: (event) => this.#submitSearch(event) },
        icon("search"),
        this.search,
        h("kbd", { "aria-hidden": "true" }, "/"),
      ),
      this.filters,
      this.list,
    );
    this.#showPause();
    this.#showFilters();
    this.#load();
    const refresh = paced(() => this.#refresh(), refreshMs);
    this.live((message) => {
      if (message.type === "change") this.newer = message.entry.position_token;
      if (message.type !== "state") refresh();
    });
    this.atReturn(refresh);
  }

  routeChanged(query) {
    this.#query = query;
    this.search.value = query.get("q") ?? "";
    this.#etags.clear();
    this.#showFilters();
    this.#load();
  }

  #submitSearch(event) {
    event.preventDefault();
    const text = this.search.value.trim();
    navigate(text ? address("/orders", { q: text }) : "/orders");
  }
  #change(changes) {
    changeQuery({ page: "", ...changes });
  }
  #showFilters() {
    if (this.#query.get("q")) return replace(this.filters);
    // What is being typed in is left alone.
    if (this.filters.contains(document.activeElement) && this.filters.firstElementChild) {
      const id = document.activeElement.id;
      replace(
        this.filters,
        filterForm(this.#query, (changes) => this.#change(changes)),
      );
      document.getElementById(id)?.focus();
      return;
    }
    replace(
      this.filters,
      filterForm(this.#query, (changes) => this.#change(changes)),
    );
  }
  #togglePause() {
    this.#isPaused = !this.#isPaused;
    this.#showPause();
    if (!this.#isPaused) this.#refresh();
  }
  #showPause() {
    this.pause.setAttribute("aria-pressed", String(this.#isPaused));
    replace(
      this.pause,
      icon(this.#isPaused ? "play" : "pause"),
      this.#isPaused ? "Follow again" : "Pause",
    );
  }

  #ask(after) {
    const token = this.#query.get("page") ?? "";
    if (this.#query.get("q")) {
      return read(
        "/v1/orders:search",
        { query: this.#query.get("q"), page_size: pageSize, page_token: token },
        { signal: this.signal, after },
      );
    }
    const asOf = this.#query.get("as_of") ?? "";
    return read(
      "/v1/orders",
      {
        page_size: pageSize,
        page_token: token,
        filter: filterText(this.#query),
        order_by: this.#query.get("order") ?? "",
        as_of_time: asOf,
      },
      { signal: this.signal, after: asOf ? "" : after },
    );
  }

  async #load(isRefresh = false) {
    const asked = ++this.#asked;
    if (!isRefresh) replace(this.list, loading(9));
    await this.attempt(
      async () => {
        const answer = await this.#ask(this.newer);
        if (asked === this.#asked) this.#showAnswer(answer);
      },
      (problem) => {
        if (asked !== this.#asked) return;
        if (problem.reason === "PAST_BEING_BUILT") return this.#showBuilding(problem);
        // What is shown stays while the service is away: the frame says that it is.
        if (!isRefresh || problem.status !== 0)
          replace(
            this.list,
            failed(problem, () => this.#load()),
          );
      },
    );
  }
  #refresh() {
    if (this.#isPaused || document.hidden || this.#query.get("as_of")) return;
    this.#load(true);
  }

  /// A list of the past is made when it is first asked for.
  #showBuilding(problem) {
    replace(
      this.list,
      h(
        "div.state",
        { role: "status" },
        icon("history"),
        h("h2", "This past is being put together"),
        h("p", problem.message),
      ),
    );
    const timer = setTimeout(() => this.#load(true), 1000 * (problem.retryAfter ?? 1));
    this.atEnd(() => clearTimeout(timer));
  }

  #showAnswer(answer) {
    const isSearch = Boolean(this.#query.get("q"));
    const focused = this.list.contains(document.activeElement)
      ? document.activeElement.dataset.rowLink
      : null;
    const changed = new Set();
    for (const { order_id: id, etag } of answer.orders) {
      if (this.#etags.size > 0 && this.#etags.get(id) !== etag) changed.add(id);
    }
    this.#etags = new Map(answer.orders.map(({ order_id: id, etag }) => [id, etag]));
    const isFirstPage = !this.#query.get("page");
    replace(
      this.list,
      this.#query.get("as_of") &&
        h("p.as-of", icon("history"), `As it was at ${fullTime(this.#query.get("as_of"))}.`),
      answer.freshness.incomplete_orders !== "0" &&
        h(
          "p.as-of",
          icon("warning"),
          `${answer.freshness.incomplete_orders} orders are shown as they were before a dead letter. `,
          h("a", { href: "/dead-letters" }, "Dead letters"),
        ),
      answer.orders.length === 0
        ? noOrders({
            isSearch,
            isFirstPage,
            isFiltered: isFiltered(this.#query),
            text: this.#query.get("q"),
            clear: () => this.#clear(),
          })
        : isSearch
          ? foundTable(answer.orders)
          : ordersTable(answer.orders, changed),
      this.#pager(answer, isFirstPage),
    );
    if (focused) this.list.querySelector(`[data-row-link="${CSS.escape(focused)}"]`)?.focus();
  }

  #clear() {
    this.#change(Object.fromEntries([...filterNames, "q", "as_of"].map((name) => [name, ""])));
  }

  #pager(answer, isFirstPage) {
    if (isFirstPage && !answer.next_page_token) {
      return answer.orders.length > 0 && h("div.pager", `${answer.orders.length} in all`);
    }
    return h(
      "nav.pager",
      { "aria-label": "Pages" },
      `${answer.orders.length} on this page`,
      h(
        "div.actions",
        !isFirstPage &&
          h("button", { type: "button", onclick: () => changeQuery({ page: "" }) }, "First page"),
        !isFirstPage && h("button", { type: "button", onclick: () => history.back() }, "Back"),
        answer.next_page_token &&
          h(
            "button",
            {
              type: "button",
              id: "next-page",
              onclick: () => changeQuery({ page: answer.next_page_token }),
            },
            "Next page",
          ),
      ),
    );
  }
}
customElements.define("orders-view", OrdersView);
