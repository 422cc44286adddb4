// Where in time the events of an order lie: a line with a mark for each, and the slider over it.
import { h, icon, replace } from "../core/dom.js";
import { shortTime } from "../core/time.js";

const marksMax = 500;
const playMs = 900;

export class TimeRuler extends HTMLElement {
  #entries = [];
  #at = 0;
  #timer = null;

  /// `onmove(index)`: the reader wants to see that entry.
  onmove = () => {};

  connectedCallback() {
    this.slider = h("input", {
      type: "range",
      id: "revision",
      min: "0",
      step: "1",
      "aria-label": "Revision",
      oninput: () => this.#move(Number(this.slider.value)),
    });
    this.marks = h("div.marks", { "aria-hidden": "true" });
    this.ends = h("div.ends");
    this.back = h(
      "button",
      { type: "button", "aria-label": "One event back", onclick: () => this.step(-1) },
      icon("back"),
    );
    this.on = h(
      "button.forward",
      { type: "button", "aria-label": "One event on", onclick: () => this.step(1) },
      icon("back"),
    );
    this.play = h("button", { type: "button", onclick: () => this.#togglePlay() });
    replace(
      this,
      h(
        "div.ruler-row",
        this.back,
        this.on,
        this.play,
        h("div.slider", this.slider, this.marks, this.ends),
      ),
    );
    this.#showPlay();
    this.#show();
  }
  disconnectedCallback() {
    clearInterval(this.#timer);
  }

  set(entries, at) {
    this.#entries = entries;
    this.#at = at;
    if (this.isConnected) this.#show();
  }

  step(by) {
    this.#move(this.#at + by);
  }

  #move(index) {
    const to = Math.max(0, Math.min(this.#entries.length - 1, index));
    if (to === this.#at) return;
    this.#at = to;
    this.#show();
    this.onmove(to);
  }

  #togglePlay() {
    if (this.#timer) this.#stop();
    else {
      if (this.#at === this.#entries.length - 1) this.#move(0);
      this.#timer = setInterval(() => {
        this.step(1);
        if (this.#at === this.#entries.length - 1) this.#stop();
      }, playMs);
    }
    this.#showPlay();
  }
  #stop() {
    clearInterval(this.#timer);
    this.#timer = null;
    this.#showPlay();
  }
  #showPlay() {
    replace(this.play, icon(this.#timer ? "pause" : "play"), this.#timer ? "Stop" : "Play");
  }

  #show() {
    const entries = this.#entries;
    if (entries.length === 0) return;
    const last = entries.length - 1;
    this.slider.max = String(last);
    this.slider.value = String(this.#at);
    const entry = entries[this.#at];
    this.slider.setAttribute(
      "aria-valuetext",
      `Revision ${entry.revision}, ${entry.type}, ${shortTime(entry.record_time)}`,
    );
    this.back.disabled = this.#at === 0;
    this.on.disabled = this.#at === last;
    const begin = Date.parse(entries[0].record_time);
    const length = Math.max(1, Date.parse(entries[last].record_time) - begin);
    const step = Math.ceil(entries.length / marksMax);
    replace(
      this.marks,
      entries.map((one, i) => {
        if (i % step !== 0 && i !== this.#at && i !== last) return null;
        const mark = h(i === this.#at ? "i.now" : i < this.#at ? "i.past" : "i");
        mark.style.left = `${(100 * (Date.parse(one.record_time) - begin)) / length}%`;
        return mark;
      }),
    );
    replace(
      this.ends,
      h("span", shortTime(entries[0].record_time)),
      h("span.faint", "when they happened"),
      h("span", shortTime(entries[last].record_time)),
    );
  }
}
customElements.define("time-ruler", TimeRuler);
