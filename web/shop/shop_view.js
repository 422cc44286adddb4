// The shop, as a customer sees it: choose, say where it goes, place the order.
import { orderPath, Problem, randomId } from "../core/api.js";
import { Attempt, perform, prepare } from "../core/commands.js";
import { h, replace, svg } from "../core/dom.js";
import { moneyText } from "../core/money.js";
import { navigate } from "../core/router.js";
import { addressField, textField } from "../parts/fields.js";
import { card, pageHead } from "../parts/pieces.js";
import { View } from "../parts/view.js";
import { countOf, currency, emptyBasket, setCount, setCurrency } from "./basket.js";
import { currencies, drawings, goods } from "./goods.js";

const taxPpm = 190_000;

const price = (article) => ({ currency_code: currency(), minor_units: article.prices[currency()] });
const chosen = () => goods.filter(({ sku }) => countOf(sku) > 0);

function sumOf(articles) {
  const units = articles.reduce(
    (all, article) => all + BigInt(article.prices[currency()]) * BigInt(countOf(article.sku)),
    0n,
  );
  return { currency_code: currency(), minor_units: String(units) };
}

class ShopView extends View {
  #isSending = false;
  #attempt = new Attempt();

  show() {
    this.shelf = h("div.shelf");
    this.basket = h("div");
    this.customer = textField({ label: "Customer", value: "ada", required: true });
    this.address = addressField({
      value: {
        name: "Ada Brown",
        line1: "12 Mill Lane",
        postal_code: "10115",
        city: "Berlin",
        country_code: "DE",
      },
    });
    this.note = textField({ label: "A note for the shop" });
    this.result = h("div", { "aria-live": "polite" });
    this.place = h("button.primary", { type: "submit", id: "place" });
    const code = h(
      "select",
      {
        id: "currency",
        onchange: (event) => {
          setCurrency(event.target.value);
          this.#showGoods();
        },
      },
      currencies.map((one) => h("option", { value: one, selected: one === currency() }, one)),
    );
    replace(
      this,
      pageHead("Shop", {
        lead: "A customer's side of the service. Nothing here is real but the orders.",
        actions: [h("div.field", h("label.hidden-text", { for: "currency" }, "Currency"), code)],
      }),
      h(
        "div.shop-grid",
        this.shelf,
        h(
          "form.aside",
          {
            novalidate: true,
            onsubmit: (event) => {
              event.preventDefault();
              this.#place();
            },
          },
          card("Basket", this.basket),
          card(
            "Where it goes",
            h(
              "div.body.stack",
              this.customer.element,
              this.address.element,
              this.note.element,
              this.result,
              this.place,
            ),
          ),
        ),
      ),
    );
    this.#showGoods();
  }

  #showGoods() {
    replace(
      this.shelf,
      goods.map((article) => this.#article(article)),
    );
    this.#showBasket();
  }

  #article(article) {
    return h(
      "article.article.card",
      svg(
        "svg.drawing",
        { viewBox: "0 0 48 48", "aria-hidden": "true" },
        svg("path", { d: drawings[article.drawing] }),
      ),
      h("h2", article.title),
      h("p.small.muted", article.text),
      h(
        "div.article-foot",
        h("strong", moneyText(price(article))),
        h(
          "button",
          {
            type: "button",
            "data-sku": article.sku,
            "aria-label": `Add ${article.title} to the basket`,
            onclick: () => this.#count(article, countOf(article.sku) + 1),
          },
          "Add",
        ),
      ),
    );
  }

  #count(article, count) {
    setCount(article.sku, count);
    this.#showBasket();
  }

  #showBasket() {
    const articles = chosen();
    const changer = (article, by, text, label) =>
      h(
        "button.quiet",
        {
          type: "button",
          "aria-label": `${label}: ${article.title}`,
          onclick: () => this.#count(article, countOf(article.sku) + by),
        },
        text,
      );
    replace(
      this.basket,
      articles.length === 0
        ? h("p.body.muted", "Empty. Add something from the shelf.")
        : h(
            "ul.basket",
            articles.map((article) =>
              h(
                "li",
                h("span", article.title),
                h(
                  "span.stepper",
                  changer(article, -1, "−", "One less"),
                  h("span", countOf(article.sku)),
                  changer(article, 1, "+", "One more"),
                ),
              ),
            ),
            h("li.basket-sum", h("span", "Goods"), h("strong", moneyText(sumOf(articles)))),
          ),
    );
    this.place.textContent =
      articles.length === 0
        ? "Place the order"
        : `Place the order for ${moneyText(sumOf(articles))} and tax`;
    this.place.disabled = articles.length === 0 || this.#isSending;
  }

  #message() {
    return {
      customer_id: this.customer.read(),
      currency_code: currency(),
      lines: chosen().map((article) => ({
        sku: article.sku,
        title: article.title,
        quantity: String(countOf(article.sku)),
        unit_price: price(article),
      })),
      shipping_address: this.address.read(),
      note: this.note.read(),
    };
  }

  /// Three commands; each is recorded once, and one that is cut off leaves a draft that its own page
  /// can place.
  #prepare(body) {
    const orderId = `shop-${randomId().slice(0, 10)}`;
    const title = `Placing ${orderId}`;
    const verb = (name, content) =>
      prepare({ path: orderPath(orderId, name), body: content, title });
    return {
      orderId,
      commands: [
        prepare({ path: "/v1/orders", body: { order_id: orderId, ...body }, title }),
        verb("setTax", { rate_ppm: taxPpm }),
        verb("confirm", {}),
      ],
    };
  }

  async #place() {
    if (this.#isSending) return;
    let body;
    try {
      body = this.#message();
    } catch {
      return; // The field says what is wrong.
    }
    this.#isSending = true;
    this.#showBasket();
    const { orderId, commands } = this.#attempt.of(JSON.stringify(body), () => this.#prepare(body));
    try {
      for (const command of commands) await perform(command);
      this.#attempt.end();
      emptyBasket();
      navigate(`/shop/orders/${encodeURIComponent(orderId)}`);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (!error.isUnknown) this.#attempt.end();
      replace(
        this.result,
        h(
          "div.refusal",
          { role: "alert" },
          h("h3", error.isUnknown ? "No answer yet" : error.title),
          h("p", error.message),
          h(
            "div.actions",
            h(
              "a.button",
              { href: `/shop/orders/${encodeURIComponent(orderId)}` },
              "See how far it came",
            ),
          ),
        ),
      );
    } finally {
      this.#isSending = false;
      this.#showBasket();
    }
  }
}
customElements.define("shop-view", ShopView);
