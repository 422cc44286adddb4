// A form in a dialog: fields, what would come of them where that can be asked first, and why it was
// refused.
import { isAbort, Problem } from "../core/api.js";
import { h, icon, replace } from "../core/dom.js";
import { valuesOf } from "./fields.js";

/// `fields`: [[name of the message's field, field], …]; a field without a name gives several.
/// `send(values)` does it, `done(answer)` follows when it was done. With `preview(values)` a first
/// press asks for {text, more, submit}, what would come of it, and only a second one does it;
/// `submit` is then the word on the button, null: there is nothing to do. A change of a field begins
/// anew.
export function openForm(spec) {
  new FormDialog(spec).open();
}

class FormDialog {
  #isSending = false;
  #isForeseen = false;

  constructor({ fields = [], ...spec }) {
    this.fields = fields;
    this.spec = spec;
  }

  open() {
    const { title, text, submit, isDanger } = this.spec;
    this.result = h("div", { "aria-live": "polite" });
    this.submit = h(`button.${isDanger ? "danger" : "primary"}`, { type: "submit" }, submit);
    const leave = h("button", { type: "button", onclick: () => this.dialog.close() }, "Not now");
    this.dialog = h(
      "dialog",
      { "aria-labelledby": "form-title" },
      h(
        "form",
        {
          novalidate: true,
          oninput: () => this.#beginAnew(),
          onsubmit: (event) => {
            event.preventDefault();
            this.#run();
          },
        },
        h(
          "header",
          h("div", h("h2", { id: "form-title" }, title), text && h("p", text)),
          h(
            "button.quiet",
            { type: "button", "aria-label": "Close", onclick: () => this.dialog.close() },
            icon("close"),
          ),
        ),
        this.fields.map(([, field]) => field.element),
        this.result,
        h("footer", leave, this.submit),
      ),
    );
    this.#beginAnew();
    this.dialog.addEventListener("close", () => this.dialog.remove());
    document.body.append(this.dialog);
    this.dialog.showModal();
    // What cannot be undone is not under the first Enter.
    const first = this.dialog.querySelector("form :is(input, textarea, select)");
    (first ?? (isDanger ? leave : this.submit)).focus();
  }

  #beginAnew() {
    this.#isForeseen = false;
    this.submit.disabled = false;
    this.submit.textContent = this.spec.preview ? "See what it would do" : this.spec.submit;
    if (this.spec.preview) replace(this.result);
  }

  /// One at a time: a second click while something is under way does nothing.
  async #run() {
    if (this.#isSending) return;
    let values;
    try {
      values = valuesOf(this.fields);
    } catch {
      return; // The field says so.
    }
    this.#isSending = true;
    this.submit.disabled = true;
    let isOver = false;
    try {
      if (this.spec.preview && !this.#isForeseen) {
        isOver = await this.#foresee(values);
      } else {
        const answer = await this.spec.send(values);
        this.dialog.close();
        this.spec.done?.(answer);
      }
    } catch (error) {
      if (isAbort(error)) return;
      if (!(error instanceof Problem)) throw error;
      this.#showRefusal(error);
    } finally {
      this.#isSending = false;
      this.submit.disabled = isOver;
    }
  }

  /// Whether there is nothing to do.
  async #foresee(values) {
    const { text, more = null, submit } = await this.spec.preview(values);
    replace(this.result, h("div.outcome", h("h3", text), more));
    if (!submit) return true;
    this.#isForeseen = true;
    this.submit.textContent = submit;
    return false;
  }

  #showRefusal(problem) {
    this.#beginAnew();
    for (const { field: name, description } of problem.violations)
      this.fields.find(([known]) => known === name)?.[1].mark(description);
    replace(
      this.result,
      h(
        problem.isUnknown ? "div.refusal.unknown" : "div.refusal",
        { role: "alert" },
        h(
          "h3",
          problem.isUnknown
            ? "Whether it was done is not known"
            : problem.title || "It was refused",
        ),
        h("p", h("bdi", problem.message)),
        problem.isUnknown && h("p.small", "Look at how it stands before you send it again."),
        problem.violations.length > 0 &&
          h(
            "ul.small",
            problem.violations.map(({ field, description }) =>
              h("li", h("code", field), ": ", h("bdi", description)),
            ),
          ),
      ),
    );
  }
}
