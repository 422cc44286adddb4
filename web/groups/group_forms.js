// The forms of a consumer group: making one, changing its settings, ending it.
import { send } from "../core/api.js";
import { textField } from "../parts/fields.js";
import { openForm } from "../parts/form_dialog.js";
import { changedSettings, filterField, newSettings, startField } from "./group_fields.js";
import { groupCall } from "./group_paths.js";

const all = "$all";

function startOf(stream, { start, place }) {
  if (start !== "place") return { from_beginning: start === "beginning" };
  return stream === all ? { from_position: place } : { from_revision: place };
}

function filterOf({ subject, prefixes, regex }) {
  if (prefixes.length === 0 && !regex) return {};
  return { filter: { subject, ...(regex ? { regex } : { prefixes }) } };
}

/// `done(stream, group)`
export function openCreation(done) {
  openForm({
    title: "New consumer group",
    text: "It remembers what its consumers have handled, and hands each event to one of them.",
    fields: [
      [
        "stream",
        textField({
          label: "Stream",
          required: true,
          hint: "It need not exist yet. $all: all streams.",
        }),
      ],
      ["group", textField({ label: "Group", required: true, max: 256 })],
      ["", startField()],
      ...newSettings(),
      ["", filterField()],
    ],
    submit: "Make it",
    async send({ stream, group, start, place, subject, prefixes, regex, ...settings }) {
      await send(groupCall(stream, group), {
        settings: { ...settings, ...startOf(stream, { start, place }) },
        ...filterOf({ subject, prefixes, regex }),
      });
      return { stream, group };
    },
    done: ({ stream, group }) => done(stream, group),
  });
}

export function openSettings({ stream, group, settings, connection_count: connections }, done) {
  openForm({
    title: `Settings of ${group}`,
    text:
      connections > 0
        ? "Its consumers are dropped, and have to connect anew. Filter and checkpoint stay."
        : "Filter and checkpoint stay.",
    fields: changedSettings(settings),
    submit: "Change them",
    send: (changed) => send(groupCall(stream, group, "update"), { settings: changed }),
    done,
  });
}

export function openDeletion({ stream, group, parked, connection_count: connections }, done) {
  const dropped = [
    connections > 0 && "its consumers are dropped",
    parked !== "0" && `its ${parked} parked messages are forgotten`,
    "its checkpoint goes",
  ].filter(Boolean);
  openForm({
    title: `Delete ${group}?`,
    text: `For good: ${dropped.join(", ")}. The events of ${stream} stay.`,
    submit: "Delete it",
    isDanger: true,
    send: () => send(groupCall(stream, group, "delete"), {}),
    done,
  });
}

export function openRestart(done) {
  openForm({
    title: "Restart all groups?",
    text: "Every consumer of every group is dropped and connects anew; each group goes on behind its checkpoint.",
    submit: "Restart them",
    isDanger: true,
    send: () => send("/v1/consumerGroups:restart", {}),
    done,
  });
}
