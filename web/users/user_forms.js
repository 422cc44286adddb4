// The forms of a user of the store.
import { send } from "../core/api.js";
import { textField } from "../parts/fields.js";
import { openForm } from "../parts/form_dialog.js";
import { namesField, passwordField } from "../parts/setting_fields.js";
import { userCall } from "./user_pieces.js";

const nameField = (value = "") => textField({ label: "Full name", value, max: 1024 });
const groupsField = (value = []) =>
  namesField({
    label: "Groups",
    value,
    hint: "One on each line. $admins may do everything, $ops operate the store, others what access lists of streams say.",
  });

/// `done(name)`
export function openCreation(done) {
  openForm({
    title: "New user",
    text: "Who it is may log in at the store's own port at once.",
    fields: [
      [
        "login_name",
        textField({
          label: "Login name",
          required: true,
          max: 256,
          hint: "It does not begin with $ and has no colon.",
        }),
      ],
      ["full_name", nameField()],
      ["groups", groupsField()],
      ["password", passwordField({ hint: "It is never shown again." })],
    ],
    submit: "Make it",
    async send(values) {
      await send("/v1/storeUsers", values);
      return values.login_name;
    },
    done,
  });
}

export function openChange({ login_name: name, full_name: fullName, groups }, done) {
  openForm({
    title: `Change ${name}`,
    text: "The password stays.",
    fields: [
      ["full_name", nameField(fullName)],
      ["groups", groupsField(groups)],
    ],
    submit: "Change it",
    send: (values) => send(userCall(name, "update"), values),
    done,
  });
}

export function openPassword({ login_name: name }, done) {
  openForm({
    title: `Another password for ${name}`,
    text: "The one it has ends at once.",
    fields: [
      ["password", passwordField({ label: "New password", hint: "It is never shown again." })],
    ],
    submit: "Set it",
    send: (values) => send(userCall(name, "resetPassword"), values),
    done,
  });
}

export function openDisabling({ login_name: name }, done) {
  openForm({
    title: `Disable ${name}?`,
    text: "It stays, and cannot log in until it is enabled.",
    submit: "Disable it",
    isDanger: true,
    send: () => send(userCall(name, "disable"), {}),
    done,
  });
}

export function openDeletion({ login_name: name }, done) {
  openForm({
    title: `Delete ${name}?`,
    text: "For good. What it has written stays; the name may be given to another user.",
    submit: "Delete it",
    isDanger: true,
    send: () => send(userCall(name, "delete"), {}),
    done,
  });
}
