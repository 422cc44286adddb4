// The fields of a consumer group's forms.
import { h } from "../core/dom.js";
import { choiceField, pairOf, textField } from "../parts/fields.js";
import { foldedFields } from "../parts/folded_fields.js";
import { namesField, numberField, secondsField, switchField } from "../parts/setting_fields.js";
import { strategyText } from "./group_pieces.js";

// What the store does where nothing is said.
const defaults = {
  resolve_links: false,
  extra_statistics: false,
  message_timeout: "30s",
  retries_max: 10,
  checkpoint_after: "2s",
  checkpoint_events_min: 10,
  checkpoint_events_max: 1000,
  consumers_max: 0,
  live_buffer_size: 500,
  read_batch_size: 20,
  history_buffer_size: 500,
  strategy: "CONSUMER_STRATEGY_ROUND_ROBIN",
};
const strategies = ["ROUND_ROBIN", "DISPATCH_TO_SINGLE", "PINNED"].map(
  (name) => `CONSUMER_STRATEGY_${name}`,
);
// No update can name it.
const strategyOfNewGroups = "CONSUMER_STRATEGY_PINNED_BY_CORRELATION";

export const newSettings = () => settingFields(defaults, [...strategies, strategyOfNewGroups]);
export const changedSettings = (settings) => settingFields(settings, strategies);

function settingFields(settings, offered) {
  const number = (name, label, more = {}) => [
    name,
    numberField({ label, value: settings[name], ...more }),
  ];
  const seconds = (name, label, more = {}) => [
    name,
    secondsField({ label, value: settings[name], ...more }),
  ];
  const box = (name, label, hint) => [name, switchField({ label, value: settings[name], hint })];
  return [
    [
      "strategy",
      choiceField({
        label: "Which consumer gets an event",
        options: offered.map((name) => [name, strategyText(name)]),
        value: settings.strategy,
      }),
    ],
    pairOf(
      seconds("message_timeout", "Time to answer", { hint: "Then it is handed out again." }),
      number("retries_max", "Tries again", { hint: "Then it is parked. 0: at once." }),
    ),
    box(
      "resolve_links",
      "Follow links",
      "Of streams such as $ce-order: hand out the events, not the links to them alone.",
    ),
    [
      "",
      foldedFields("More settings", [
        pairOf(
          number("consumers_max", "Consumers at most", { hint: "0: any number." }),
          seconds("checkpoint_after", "Checkpoint after", { hint: "0: never by time." }),
        ),
        pairOf(
          number("checkpoint_events_min", "Checkpoint: events at least"),
          number("checkpoint_events_max", "Checkpoint: events at most", { min: 1 }),
        ),
        pairOf(
          number("live_buffer_size", "Live events kept", { min: 1 }),
          number("history_buffer_size", "Read events kept", { min: 2 }),
        ),
        pairOf(
          number("read_batch_size", "Events read at a time", { min: 1 }),
          box("extra_statistics", "Measure how long each consumer takes"),
        ),
      ]),
    ],
  ];
}

/// Says {start, place}: "now", "beginning" or "place".
export const startField = () => {
  const kind = choiceField({
    label: "Begins with",
    options: [
      ["now", "what is written from now on"],
      ["beginning", "the first event"],
      ["place", "the event at a place"],
    ],
  });
  const place = textField({
    label: "Place",
    hint: "A revision; of $all a position token.",
  });
  place.element.hidden = true;
  kind.element.addEventListener("change", () => (place.element.hidden = kind.read() !== "place"));
  return {
    element: h("div.field", kind.element, place.element),
    mark: place.mark,
    read() {
      if (kind.read() !== "place") return { start: kind.read() };
      const text = place.read();
      if (text) return { start: "place", place: text };
      place.mark("Place is missing.");
      throw new Error("Place is missing.");
    },
  };
};

/// Says {subject, prefixes, regex}, of which a group over all streams may be given one.
export const filterField = () =>
  foldedFields("Only some events (of $all)", [
    [
      "subject",
      choiceField({
        label: "Those of which",
        options: [
          ["STREAM", "the stream's name"],
          ["EVENT_TYPE", "the type"],
        ],
      }),
    ],
    ["prefixes", namesField({ label: "begins so", hint: "One beginning on each line." })],
    ["regex", textField({ label: "or matches", hint: "A regular expression instead." })],
  ]);
