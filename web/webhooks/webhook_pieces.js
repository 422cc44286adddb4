// What the views of webhooks share.
import { badge, data } from "../parts/pieces.js";
import { switchedOff } from "../parts/states.js";

export const webhookPath = (id) => `/webhooks/${encodeURIComponent(id)}`;

/// `verb`: "pause", "ping" or another; or "" for the webhook itself.
export const webhookCall = (id, verb = "") =>
  `/v1/webhooks/${encodeURIComponent(id)}${verb && `:${verb}`}`;

export const stateOf = ({ state }) => state.replace("WEBHOOK_STATE_", "");

const tones = { ACTIVE: "good", PAUSED: "partly", DISABLED: "bad" };

export const stateBadge = (webhook) => badge(stateOf(webhook), tones[stateOf(webhook)]);

/// Why an attempt failed, in a line.
export const failureText = ({ http_status: status, error }) =>
  status === 0 ? data(error) : [`${status}: `, data(error)];

export const eventTypesText = (types) =>
  types.length === 0 ? "all" : types.map((type, i) => [i > 0 && ", ", data(type)]);

/// Instead of webhooks, where there can be none.
export const webhooksOff = () =>
  switchedOff(
    "Webhooks are switched off",
    "webhook-hosts",
    "This service posts changes of orders only to addresses that it is allowed to.",
  );

export const isOff = ({ reason }) => reason === "WEBHOOKS_OFF";
