// Groups of competing consumers of the store: how far behind each is, and what it has put aside.
import { read } from "../core/api.js";
import { h, replace } from "../core/dom.js";
import { grouped, rate } from "../core/money.js";
import { navigate } from "../core/router.js";
import { keepingFocus } from "../parts/focus.js";
import { notify } from "../parts/notices.js";
import { data, headRow, pageHead, scrolling } from "../parts/pieces.js";
import { empty, failed, loading } from "../parts/states.js";
import { View } from "../parts/view.js";
import { openCreation, openRestart } from "./group_forms.js";
import { groupPath, isReachable } from "./group_paths.js";
import { behindText, stateBadges } from "./group_pieces.js";

const refreshMs = 2000;

class GroupsView extends View {
  #isShown = false;

  show() {
    this.list = h("div.card", loading(5));
    replace(
      this,
      pageHead("Consumer groups", {
        lead: "The store hands each event of a stream to one consumer of a group, and remembers what was handled.",
        actions: [
          h("button", { type: "button", onclick: () => this.#restart() }, "Restart all…"),
          this.#createButton(),
        ],
      }),
      this.list,
    );
    this.#load();
    this.every(refreshMs, () => this.#load(true));
  }

  #createButton = () =>
    h(
      "button.primary",
      {
        type: "button",
        onclick: () => openCreation((stream, group) => navigate(groupPath(stream, group))),
      },
      "New group…",
    );

  #restart() {
    openRestart(() => {
      notify("The groups begin anew behind their checkpoints.");
      this.#load();
    });
  }

  async #load(isRefresh = false) {
    await this.attempt(
      async () => {
        const answer = await read("/v1/consumerGroups", {}, { signal: this.signal });
        keepingFocus(this.list, () => this.#render(answer));
        this.#isShown = true;
      },
      (problem) => {
        if (isRefresh && this.#isShown && problem.status === 0) return;
        replace(
          this.list,
          failed(problem, () => this.#load()),
        );
      },
    );
  }

  #render({ groups, truncated }) {
    if (groups.length === 0) {
      replace(
        this.list,
        empty(
          "No consumer group",
          "Nobody shares the events of a stream among consumers yet.",
          this.#createButton(),
        ),
      );
      return;
    }
    replace(
      this.list,
      scrolling(
        "Consumer groups",
        h(
          "table.groups",
          headRow(
            "Group",
            "State",
            { text: "Behind" },
            { text: "A second" },
            { text: "In flight" },
            { text: "Waiting again" },
            { text: "Parked" },
            { text: "Consumers" },
          ),
          h("tbody", groups.map(groupRow)),
        ),
      ),
      truncated && h("p.body.small.muted", "There are more: these are the first 1,000."),
    );
  }
}

function groupRow(group) {
  const name = h("strong", data(group.group));
  return h(
    "tr",
    h(
      "td",
      isReachable(group.stream, group.group)
        ? h(
            "a",
            {
              href: groupPath(group.stream, group.group),
              "data-row-link": `${group.stream}::${group.group}`,
            },
            name,
          )
        : name,
      h("p.small.mono.muted", data(group.stream)),
    ),
    h("td", stateBadges(group)),
    h("td.number", behindText(group)),
    h("td.number", rate(group.events_per_second)),
    h("td.number", grouped(group.in_flight)),
    h("td.number", grouped(group.retrying)),
    h("td.number", group.parked === "0" ? "0" : h("span.badge.bad", grouped(group.parked))),
    h("td.number", grouped(group.connection_count)),
  );
}
customElements.define("groups-view", GroupsView);
