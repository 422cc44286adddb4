// The messages that a group has put aside: why, handing them out again, and doing without them.
import { send } from "../core/api.js";
import { h, replace } from "../core/dom.js";
import { counted } from "../core/money.js";
import { textField } from "../parts/fields.js";
import { openForm } from "../parts/form_dialog.js";
import { notify } from "../parts/notices.js";
import { oneAtATime } from "../parts/one_at_a_time.js";
import { card, data, pager } from "../parts/pieces.js";
import { RefreshedPage } from "../parts/refreshed_page.js";
import { oldestField } from "../parts/setting_fields.js";
import { eventDetails } from "../streams/event_list.js";
import { groupCall } from "./group_paths.js";

const countOf = (count) => counted(count, "message");

class ParkedMessages extends RefreshedPage {
  #open = new Set();
  #once = oneAtATime();

  /// Set before it is in the page: the group, and what is called when something was done.
  stream = "";
  group = "";
  changed = () => {};

  /// Whether parked messages are being handed out again, and whether anybody is there to take them.
  set replaying({ isUnderWay, hasConsumers }) {
    const text = isUnderWay
      ? `Messages are being handed out again. They stand here until a consumer has answered.${hasConsumers ? "" : " Nobody is connected who could."}`
      : "";
    if (this.note.textContent !== text) this.note.textContent = text;
    this.note.hidden = !isUnderWay;
  }
  note = h("p.replaying.small", { role: "status", hidden: true });

  get path() {
    return `${groupCall(this.stream, this.group)}/parkedMessages`;
  }

  frame(body, actions = []) {
    replace(this, card("Parked messages", [this.note, body], { actions }));
  }

  draw({ messages, parked, next_page_token: next }) {
    const isFirst = !this.query.get("page");
    if (messages.length === 0 && isFirst && !next) {
      this.frame(h("p.body.muted", "None: every message so far was handled."));
      return;
    }
    const button = (verb, text, act, name = "button") =>
      h(name, { type: "button", "data-operation": `parked:${verb}`, onclick: act }, text);
    this.frame(
      [
        h(
          "ol.events.parked",
          messages.map((message) => this.#item(message)),
        ),
        pager({
          next,
          isFirst,
          text: `${messages.length} of ${countOf(parked)}`,
          label: "Pages of parked messages",
        }),
      ],
      [
        button("replay", "Replay…", () => this.#openReplay()),
        button("discard", "Discard…", () => this.#openDiscard({}), "button.danger"),
      ],
    );
  }

  #item({ entry, event, reason, park_time: parked, retries }) {
    const button = (verb, text, act, name = "button") =>
      h(
        name,
        {
          type: "button",
          "data-operation": `parked:${verb}:${entry}`,
          "aria-label": `${text} entry ${entry}`,
          onclick: act,
        },
        text,
      );
    return h(
      "li",
      eventDetails(event, {
        open: this.#open,
        number: entry,
        showsStream: true,
        time: parked,
        why: [
          data(reason || "No reason was given."),
          retries !== undefined && h("span.faint", ` · handed out ${counted(retries + 1, "time")}`),
        ],
      }),
      h(
        "div.buttons",
        button("replay", "Replay", () => this.#replayOne(entry)),
        button("discard", "Discard…", () => this.#openDiscard({ entry }), "button.quiet.danger"),
      ),
    );
  }

  #told(text) {
    notify(text);
    this.changed();
    this.load(true);
  }

  #replayOne(entry) {
    return this.#once("it is handed out again", async () => {
      await send(groupCall(this.stream, this.group, "replayParked"), { entry });
      this.#told("The message is handed out again.");
    });
  }

  #openReplay() {
    const path = groupCall(this.stream, this.group, "replayParked");
    openForm({
      title: "Replay parked messages",
      text: "They are handed out again, the oldest first. One that fails again is parked again.",
      fields: [["", oldestField()]],
      submit: "Replay",
      async preview(chosen) {
        const { replayed, parked } = await send(path, { ...chosen, validate_only: true });
        if (replayed === "0") return { text: "Nothing is parked.", submit: null };
        return {
          text: `${countOf(replayed)} would be handed out again`,
          more: h("p", `${countOf(parked)} would stay parked.`),
          submit: `Replay ${countOf(replayed)}`,
        };
      },
      send: (chosen) => send(path, chosen),
      done: ({ replayed }) => this.#told(`Handed out again: ${countOf(replayed)}.`),
    });
  }

  /// One message, by `entry`; or those that are chosen.
  #openDiscard({ entry }) {
    const path = groupCall(this.stream, this.group, "discardParked");
    const isOne = entry !== undefined;
    openForm({
      title: isOne ? "Discard this message" : "Discard parked messages",
      text: "The group never hands them out again. The events stay where they are.",
      fields: [
        ...(isOne ? [] : [["", oldestField()]]),
        [
          "reason",
          textField({
            label: "Reason",
            required: true,
            max: 500,
            hint: "It is recorded, with who you are.",
          }),
        ],
      ],
      submit: "Discard",
      isDanger: true,
      async preview(chosen) {
        const { reason: _, ...which } = isOne ? { entry } : chosen;
        const { discarded, parked } = await send(path, { ...which, validate_only: true });
        if (discarded === "0") return { text: "Nothing is parked.", submit: null };
        return {
          text: `${countOf(discarded)} would be discarded`,
          more: h("p", `${countOf(parked)} would stay parked.`),
          submit: `Discard ${countOf(discarded)}`,
        };
      },
      send: (chosen) => send(path, isOne ? { entry, ...chosen } : chosen),
      done: ({ discarded, parked, record_stream: record }) =>
        this.#told(
          `Discarded: ${countOf(discarded)}; ${countOf(parked)} stay parked. It is recorded in ${record}.`,
        ),
    });
  }
}
customElements.define("parked-messages", ParkedMessages);
