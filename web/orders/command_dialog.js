// A command of an order: its form, what came of it, and how to go on when it was refused.
import { orderPath, Problem } from "../core/api.js";
import { Attempt, perform, prepare, rehearse } from "../core/commands.js";
import { changesBetween } from "../core/diff.js";
import { h, icon, replace } from "../core/dom.js";
import { valuesOf } from "../parts/fields.js";
import { changesList } from "./changes_list.js";
import { commandForms, titleOf, verbOf } from "./command_forms.js";

/// Opens the form of `name` for `order`. `done(order, answer)` is called when it was recorded;
/// `again()` brings the order as it is now.
export function openCommand(name, order, { done, again }) {
  const form = new CommandForm(name, order, { done, again });
  form.open();
}

class CommandForm {
  constructor(name, order, { done, again }) {
    this.name = name;
    this.order = order;
    this.done = done;
    this.again = again;
    this.spec = commandForms[name] ?? { title: titleOf(name), fields: () => [] };
    this.isSending = false;
    this.attempt = new Attempt();
  }

  open() {
    this.fields = this.spec.fields(this.order);
    this.result = h("div", { "aria-live": "polite" });
    this.submit = h(
      `button.${this.spec.isDanger ? "danger" : "primary"}`,
      { type: "submit" },
      this.spec.title,
    );
    this.rehearse = h(
      "button.quiet",
      { type: "button", onclick: () => this.#run(() => this.#rehearse()) },
      "What would it change?",
    );
    this.dialog = h(
      "dialog",
      { "aria-labelledby": "command-title" },
      h(
        "form",
        {
          novalidate: true,
          onsubmit: (event) => {
            event.preventDefault();
            this.#run(() => this.#send());
          },
        },
        h(
          "header",
          h(
            "div",
            h("h2", { id: "command-title" }, this.spec.title),
            this.spec.text && h("p", this.spec.text(this.order)),
          ),
          h(
            "button.quiet",
            { type: "button", "aria-label": "Close", onclick: () => this.dialog.close() },
            icon("close"),
          ),
        ),
        this.fields.map(([, field]) => field.element),
        this.result,
        h(
          "footer",
          this.rehearse,
          h("button", { type: "button", onclick: () => this.dialog.close() }, "Not now"),
          this.submit,
        ),
      ),
    );
    this.dialog.addEventListener("close", () => this.dialog.remove());
    document.body.append(this.dialog);
    this.dialog.showModal();
    (this.dialog.querySelector("form :is(input, textarea, select)") ?? this.submit).focus();
  }

  /// One at a time: a second click while something is under way does nothing.
  async #run(task) {
    if (this.isSending) return;
    this.isSending = true;
    this.submit.disabled = this.rehearse.disabled = true;
    try {
      await task();
    } catch (error) {
      if (error instanceof Problem) this.#showRefusal(error);
      else if (!this.dialog.querySelector(".wrong:not(:empty)")) throw error;
    } finally {
      this.isSending = false;
      this.submit.disabled = this.rehearse.disabled = false;
    }
  }

  #message() {
    const values = valuesOf(this.fields);
    return this.spec.body ? this.spec.body(values) : values;
  }

  #command() {
    const body = this.#message();
    return this.attempt.of(JSON.stringify(body) + this.order.etag, () =>
      prepare({
        path: orderPath(this.order.order_id, verbOf(this.name)),
        body,
        etag: this.order.etag,
        title: `${this.spec.title} (${this.order.order_id})`,
      }),
    );
  }

  async #send() {
    const command = this.#command();
    replace(this.result);
    try {
      const answer = await perform(command, {
        onRepeat: (attempt) =>
          replace(
            this.result,
            h(
              "p.refusal.unknown",
              `No answer yet; asking again (${attempt}) with the same key, so that nothing is done twice.`,
            ),
          ),
      });
      this.attempt.end();
      this.dialog.close();
      this.done(answer.order, answer);
    } catch (error) {
      if (!error.isUnknown) this.attempt.end();
      throw error;
    }
  }

  async #rehearse() {
    replace(this.result);
    const answer = await rehearse({
      path: orderPath(this.order.order_id, verbOf(this.name)),
      body: this.#message(),
      etag: this.order.etag,
    });
    const changes = changesBetween(this.order, answer.order);
    replace(
      this.result,
      h(
        "div.outcome",
        h("h3", changes.length > 0 ? "It would change" : "It would change nothing"),
        changesList(changes),
      ),
    );
  }

  #showRefusal(problem) {
    const isStale = problem.reason === "STALE_REVISION";
    const title = problem.isUnknown
      ? "Whether it was recorded is not known"
      : isStale
        ? "The order has changed meanwhile"
        : problem.title || "It was refused";
    const other = (problem.allowedCommands ?? []).filter(
      (name) => commandForms[name] && name !== this.name,
    );
    replace(
      this.result,
      h(
        problem.isUnknown ? "div.refusal.unknown" : "div.refusal",
        { role: "alert" },
        h("h3", title),
        h("p", problem.message),
        problem.rule && h("p.small", problem.rule),
        problem.isUnknown &&
          h("p.small", "Ask again: the same key finds out, and does nothing twice."),
        problem.violations.length > 0 &&
          h(
            "ul.small",
            problem.violations.map(({ field, description }) =>
              h("li", h("code", field), ": ", description),
            ),
          ),
        isStale &&
          h(
            "div.actions",
            h(
              "button",
              { type: "button", onclick: () => this.#takeNewState() },
              "Look at it as it is now",
            ),
          ),
        other.length > 0 &&
          h(
            "div.allowed",
            h("span.small", "What may be done now:"),
            other.map((name) =>
              h("button", { type: "button", onclick: () => this.#insteadDo(name) }, titleOf(name)),
            ),
          ),
      ),
    );
    this.submit.textContent = problem.isUnknown ? "Ask again" : this.spec.title;
  }

  /// What was typed stays; the command will be for the order as it is now.
  async #takeNewState() {
    const before = this.order;
    this.order = await this.again();
    const changes = changesBetween(before, this.order);
    replace(
      this.result,
      h(
        "div.outcome",
        h("h3", `Changed since you looked (revision ${before.revision} to ${this.order.revision})`),
        changesList(changes),
        h("p.small", "What you have typed is still there: send it, or close this."),
      ),
    );
  }

  async #insteadDo(name) {
    const order = await this.again();
    this.dialog.close();
    openCommand(name, order, { done: this.done, again: this.again });
  }
}
