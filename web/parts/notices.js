// Short messages that go away by themselves; they are read out to those who listen.
import { h, icon, replace } from "../core/dom.js";

const shownMs = 6000;
const noticesMax = 4;
let region = null;

class NoticeRegion extends HTMLElement {
  connectedCallback() {
    this.className = "notices";
    this.setAttribute("role", "status");
    this.setAttribute("aria-live", "polite");
    region = this;
  }
}
customElements.define("notice-region", NoticeRegion);

/// `tone`: "good" or "bad"; a bad one stays until it is closed.
export function notify(text, tone = "good") {
  if (!region) return;
  const close = () => element.remove();
  const element = h(
    `div.notice.${tone}`,
    icon(tone === "bad" ? "warning" : "check"),
    h("span", text),
    h(
      "button.quiet",
      { type: "button", onclick: close, "aria-label": "Close this message" },
      icon("close"),
    ),
  );
  region.append(element);
  while (region.children.length > noticesMax) region.firstElementChild.remove();
  if (tone !== "bad") setTimeout(close, shownMs);
}

export const clearNotices = () => region && replace(region);
