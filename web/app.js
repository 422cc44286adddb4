// The page: its frame, its views, its keys.
import { h, icon, replace } from "./core/dom.js";
import { forget, forsaken, onForsaken, perform } from "./core/commands.js";
import { liveState, onLive, startLive } from "./core/live.js";
import { cyclePreference, onPreferences, preference } from "./core/preferences.js";
import { startRouter } from "./core/router.js";
import { startKeys, showKeys } from "./parts/keys.js";
import { notify } from "./parts/notices.js";
import { signOutButton, startSignIn } from "./parts/sign_in.js";
import { startDeadLetterCount } from "./read_models/letter_count.js";
import { sections, views } from "./views.js";

const liveTexts = {
  live: "Live",
  connecting: "Connecting…",
  offline: "Not connected; trying again",
  refused: "No live changes with this token",
};
const themeTexts = { auto: "Theme: system", light: "Theme: light", dark: "Theme: dark" };
const zoneTexts = { utc: "Times: UTC", local: "Times: local" };

class OrdersApp extends HTMLElement {
  connectedCallback() {
    const live = h("div.live", { role: "status" });
    const theme = h("button.quiet", {
      type: "button",
      id: "theme",
      onclick: () => cyclePreference("theme"),
    });
    const zone = h("button.quiet", {
      type: "button",
      id: "zone",
      onclick: () => cyclePreference("zone"),
    });
    const main = h("main", { id: "main", tabindex: "-1" });
    const banner = h("div", { id: "forsaken" });
    const linkTo = ({ href, text, icon: name }) => h("a", { href }, icon(name), h("span", text));
    const [work, running] = [false, true].map((isForOperators) =>
      sections.filter((one) => Boolean(one.isForOperators) === isForOperators).map(linkTo),
    );
    const links = [...work, ...running];
    replace(
      this,
      h("a.skip", { href: "#main" }, "To the content"),
      h(
        "header.side",
        h("a.brand", { href: "/orders" }, h("img", { src: "/favicon.svg", alt: "" }), "Orders"),
        h(
          "nav.side-nav",
          { "aria-label": "Views" },
          work,
          h("p.side-label", "Running it"),
          running,
        ),
        h(
          "div.side-foot",
          live,
          zone,
          theme,
          h("button.quiet", { type: "button", onclick: showKeys }, icon("keyboard"), "Keys"),
          h("a.button.quiet", { href: "/docs" }, icon("node"), "The API"),
          signOutButton(),
        ),
      ),
      h("div", banner, main),
      h("notice-region"),
    );
    // The region and its frame come first; the main landmark holds what changes.
    const showLive = () => {
      live.dataset.state = liveState();
      live.textContent = liveTexts[liveState()];
    };
    const showPreferences = () => {
      replace(theme, icon("theme"), themeTexts[preference("theme")]);
      replace(zone, icon("clock"), zoneTexts[preference("zone")]);
    };
    onLive(showLive);
    onPreferences(showPreferences);
    onForsaken(() => showForsaken(banner));
    showLive();
    showPreferences();
    showForsaken(banner);
    startSignIn();
    startDeadLetterCount(links.find((link) => link.pathname === "/dead-letters"));
    startLive();
    startKeys(sections);
    startRouter(views, main, ({ section }) => {
      for (const link of links) {
        if (link.pathname === section) link.setAttribute("aria-current", "page");
        else link.removeAttribute("aria-current");
      }
    });
  }
}

/// Commands that were on their way when the page was left: asked about with the key they had, so
/// that nothing is done twice.
function showForsaken(banner) {
  const commands = forsaken();
  if (commands.length === 0) return replace(banner);
  const askAll = async () => {
    for (const command of commands) {
      try {
        await perform(command);
        notify(`${command.title}: recorded.`);
      } catch (error) {
        notify(`${command.title}: ${error.message}`, "bad");
      }
    }
  };
  replace(
    banner,
    h(
      "div.banner",
      { role: "region", "aria-label": "Commands without an answer" },
      h(
        "span",
        `No answer was heard of: ${commands.map(({ title }) => title).join(", ")}. It may have been recorded.`,
      ),
      h(
        "div.actions",
        h("button", { type: "button", onclick: askAll }, "Ask again"),
        h(
          "button.quiet",
          { type: "button", onclick: () => commands.forEach(({ key }) => forget(key)) },
          "Forget",
        ),
      ),
    ),
  );
}

customElements.define("orders-app", OrdersApp);
