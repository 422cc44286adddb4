// One consumer group: its numbers, its settings, who is connected, and what it has put aside.
import { read } from "../core/api.js";
import { h, replace } from "../core/dom.js";
import { grouped, rate } from "../core/money.js";
import { navigate } from "../core/router.js";
import { durationText } from "../core/time.js";
import { keepingFocus } from "../parts/focus.js";
import { notify } from "../parts/notices.js";
import { card, data, facts, figures, headRow, pageHead, scrolling } from "../parts/pieces.js";
import { empty, failed, loading } from "../parts/states.js";
import { View } from "../parts/view.js";
import { streamLink } from "../streams/event_list.js";
import { openDeletion, openSettings } from "./group_forms.js";
import { groupCall } from "./group_paths.js";
import { eventsBehind, placeText, stateBadges, strategyText, timeBehind } from "./group_pieces.js";
import "./parked_messages.js";

const refreshMs = 2000;
const back = { href: "/groups", text: "Consumer groups" };

class GroupView extends View {
  #group = null;
  #isDeleted = false;

  show() {
    const { stream, group } = this.route.parameters;
    this.names = { stream, group };
    this.head = h("div");
    this.numbers = h("div", h("div.card", loading(5)));
    this.connections = h("div.parts");
    this.parked = h("parked-messages");
    Object.assign(this.parked, this.names, { query: this.route.query });
    this.parked.changed = () => this.#load(true);
    replace(this.head, this.#headOf(null));
    replace(this, this.head, this.numbers);
    this.#load();
    this.every(refreshMs, () => this.#load(true));
  }

  routeChanged(query) {
    this.parked.query = query;
    this.parked.load();
  }

  #headOf(group) {
    const button = (verb, text, name = "button") =>
      h(
        name,
        {
          type: "button",
          "data-operation": `group:${verb}`,
          onclick: () => this.#operate(verb),
        },
        text,
      );
    return pageHead(["Group ", data(this.names.group)], {
      back,
      lead: ["It reads the stream ", streamLink(this.names.stream), "."],
      beside: group && h("span", stateBadges(group)),
      actions: group && [
        button("settings", "Settings…"),
        button("delete", "Delete…", "button.danger"),
      ],
    });
  }

  #operate(verb) {
    if (verb === "settings") {
      openSettings(this.#group, () => {
        notify("The settings hold from now on.");
        this.#load();
      });
    } else {
      openDeletion(this.#group, () => {
        this.#isDeleted = true;
        notify(`The group ${this.names.group} is deleted.`);
        navigate("/groups");
      });
    }
  }

  async #load(isRefresh = false) {
    await this.attempt(
      async () => {
        const { stream, group } = this.names;
        const answer = await read(groupCall(stream, group), {}, { signal: this.signal });
        const isFirst = this.#group === null;
        const hadParked = this.#group?.parked;
        this.#group = answer;
        keepingFocus(this, () => this.#render(answer));
        this.parked.replaying = {
          isUnderWay: answer.replaying,
          hasConsumers: answer.connection_count > 0,
        };
        if (isFirst) replace(this, this.head, this.numbers, this.connections, this.parked);
        else if (hadParked !== answer.parked) this.parked.load(true);
      },
      (problem) => {
        if (this.#isDeleted || (isRefresh && this.#group && problem.status === 0)) return;
        this.#group = null;
        replace(this.head, this.#headOf(null));
        replace(
          this.numbers,
          h(
            "div.card",
            problem.status === 404
              ? empty(
                  "No such group",
                  problem.message,
                  h("a.button", { href: back.href }, "To the consumer groups"),
                )
              : failed(problem, () => this.#load()),
          ),
        );
        replace(this, this.head, this.numbers);
      },
    );
  }

  #render(group) {
    const { settings } = group;
    replace(this.head, this.#headOf(group));
    replace(
      this.numbers,
      card("How it stands", [
        figures([
          ["Events behind", eventsBehind(group), true],
          ["Time behind", timeBehind(group), true],
          ["Events a second", rate(group.events_per_second)],
          ["In flight", grouped(group.in_flight)],
          ["Waiting again", grouped(group.retrying)],
          ["Parked", grouped(group.parked)],
          ["Read ahead", grouped(group.buffered)],
          ["Handed out", grouped(group.events)],
        ]),
        h(
          "div.columns",
          h(
            "div",
            h("h3", "Where it is"),
            facts([
              ["The store says", data(group.status)],
              ["Settled up to", placeText(group.checkpoint)],
              ["Knows up to", placeText(group.last_known)],
            ]),
          ),
          h("div", h("h3", "Settings"), settingFacts(settings)),
        ),
      ]),
    );
    replace(this.connections, this.#connectionCard(group));
  }

  #connectionCard({ connections, connection_count: count }) {
    const latencies = connections.some((one) => one.latencies.length > 0);
    const row = (one) =>
      h(
        "tr",
        h("td.nowrap", data(one.connection_name || one.from || "–")),
        h("td.nowrap", data(one.user)),
        h("td.number", grouped(one.in_flight)),
        h("td.number", grouped(one.slots_free)),
        h("td.number", rate(one.events_per_second)),
        h("td.number", grouped(one.events)),
        latencies &&
          h(
            "td.small",
            one.latencies.map(({ name, milliseconds }) => `${name} ${milliseconds} ms`).join(", "),
          ),
      );
    return card(
      "Connections",
      count === 0
        ? h("p.body.muted", "No consumer is connected: nothing is handed out.")
        : scrolling(
            "Connections",
            h(
              "table",
              headRow(
                "Consumer",
                "User",
                { text: "In flight" },
                { text: "Takes more" },
                { text: "A second" },
                { text: "Handed out" },
                ...(latencies ? ["Time to answer"] : []),
              ),
              h("tbody", connections.map(row)),
            ),
          ),
      {
        actions: [
          count > connections.length &&
            h("span.small.muted", `the first ${connections.length} of ${count}`),
        ],
      },
    );
  }
}

const yesNo = (value) => (value ? "yes" : "no");
const seconds = (duration) => durationText(Number.parseFloat(duration));

const startText = (settings) => {
  if (settings.from_revision !== undefined) return `revision ${settings.from_revision}`;
  if (settings.from_position !== undefined) return data(settings.from_position);
  if (settings.from_beginning === undefined) return "–";
  return settings.from_beginning ? "the first event" : "what came after it was made";
};

const settingFacts = (settings) =>
  facts([
    ["Consumer of an event", strategyText(settings.strategy)],
    ["Began with", startText(settings)],
    ["Time to answer", seconds(settings.message_timeout)],
    ["Tries again", grouped(settings.retries_max)],
    ["Follows links", yesNo(settings.resolve_links)],
    [
      "Consumers at most",
      settings.consumers_max === 0 ? "any number" : grouped(settings.consumers_max),
    ],
    [
      "Checkpoint",
      `after ${seconds(settings.checkpoint_after)}, ${grouped(settings.checkpoint_events_min)} to ${grouped(settings.checkpoint_events_max)} events`,
    ],
    [
      "Kept in memory",
      `${grouped(settings.live_buffer_size)} live, ${grouped(settings.history_buffer_size)} read, ${grouped(settings.read_batch_size)} at a time`,
    ],
  ]);
customElements.define("group-view", GroupView);
