// The forms of a webhook: making and changing one, pausing, another secret, ending it.
import { send } from "../core/api.js";
import { choiceField, textField } from "../parts/fields.js";
import { openForm } from "../parts/form_dialog.js";
import { showSecret } from "../parts/secret_dialog.js";
import { namesField } from "../parts/setting_fields.js";
import { webhookCall } from "./webhook_pieces.js";

const day = 86_400;
const lifetimes = [
  ["0s", "at once"],
  ["3600s", "in an hour"],
  [`${day}s`, "in a day"],
  [`${7 * day}s`, "in 7 days"],
  [`${30 * day}s`, "in 30 days"],
];

const contentFields = ({ url = "", description = "", event_types: types = [] } = {}) => [
  [
    "url",
    textField({
      label: "Address",
      value: url,
      required: true,
      max: 2048,
      hint: "Of those that the setting webhook-hosts allows.",
    }),
  ],
  ["description", textField({ label: "Description", value: description, max: 500 })],
  [
    "event_types",
    namesField({
      label: "Only these events",
      value: types,
      hint: "By their stored names, as OrderConfirmed, one on each line. Empty: all.",
    }),
  ],
];

const tellSecret = (title, { webhook, secret }, done) => {
  showSecret({
    title,
    text: `The receiver verifies with it that messages of ${webhook.webhook_id} are ours.`,
    secret,
  });
  done(webhook);
};

/// `done(webhook)`
export function openCreation(done) {
  openForm({
    title: "New webhook",
    text: "Each change of an order is posted to it, at least once, those of an order one after the other.",
    fields: [
      ...contentFields(),
      [
        "webhook_id",
        textField({
          label: "Id",
          max: 64,
          hint: "Letters, digits, _ and -. Empty: one is made.",
        }),
      ],
      [
        "start",
        choiceField({
          label: "Begins with",
          options: [
            ["FROM_NOW", "the next change"],
            ["FROM_BEGINNING", "the first change ever"],
          ],
        }),
      ],
    ],
    submit: "Make it",
    send: (values) => send("/v1/webhooks", values),
    done: (answer) => tellSecret("The webhook is made", answer, done),
  });
}

export function openChange(webhook, done) {
  openForm({
    title: `Change ${webhook.webhook_id}`,
    text: "It holds for all that is not delivered yet.",
    fields: contentFields(webhook),
    submit: "Change it",
    send: ({ event_types: names, ...values }) =>
      send(webhookCall(webhook.webhook_id, "update"), { ...values, event_types: { names } }),
    done,
  });
}

export function openPause({ webhook_id: id }, done) {
  openForm({
    title: `Pause ${id}`,
    text: "Nothing is delivered until it is resumed. Nothing is lost: what happens meanwhile waits.",
    fields: [
      ["reason", textField({ label: "Reason", max: 500, hint: "It is shown, with who you are." })],
    ],
    submit: "Pause it",
    send: (values) => send(webhookCall(id, "pause"), values),
    done,
  });
}

export function openRotation({ webhook_id: id }, done) {
  openForm({
    title: `A new secret for ${id}`,
    text: "Until the old one ends messages are signed with both, so that the receiver can change over.",
    fields: [
      [
        "old_secret_lifetime",
        choiceField({ label: "The old secret ends", options: lifetimes, value: `${day}s` }),
      ],
    ],
    submit: "Make a new secret",
    send: (values) => send(webhookCall(id, "rotateSecret"), values),
    done: (answer) => tellSecret("The new secret", answer, done),
  });
}

export function openDeletion({ webhook_id: id, deliveries }, done) {
  openForm({
    title: `Delete ${id}?`,
    text: `For good. What is not delivered yet, of ${deliveries.pending_orders} orders, and its ${deliveries.dead_letters} dead letters are dropped.`,
    submit: "Delete it",
    isDanger: true,
    send: () => send(webhookCall(id, "delete"), {}),
    done,
  });
}
