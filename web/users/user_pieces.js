// What the views of the store's users share.
import { badge } from "../parts/pieces.js";
import { switchedOff } from "../parts/states.js";

export const userPath = (name) => `/users/${encodeURIComponent(name)}`;

/// `verb`: "enable", "delete" or another; or "" for the user itself.
export const userCall = (name, verb = "") =>
  `/v1/storeUsers/${encodeURIComponent(name)}${verb && `:${verb}`}`;

/// Whether HTTP can name it.
export const isReachable = (name) => !name.includes("/");

export const userBadges = ({ disabled, used_by_service: isOurs }) => [
  disabled ? badge("Disabled", "bad") : badge("Enabled", "good"),
  isOurs && [" ", badge("The service's own", "going")],
];

/// Instead of users, where the store lets everyone in.
export const usersOff = () =>
  switchedOff("The store has no users", "store-users", "It lets everyone in who reaches it.");

export const isOff = ({ reason }) => reason === "STORE_WITHOUT_USERS";
