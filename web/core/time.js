// Times as the reader wants them, UTC or local, and how long ago they are. Elements that this makes
// keep themselves right.
import { h } from "./dom.js";
import { onPreferences, preference } from "./preferences.js";

const two = (number) => String(number).padStart(2, "0");

function parts(date, utc) {
  const get = (what) => (utc ? date[`getUTC${what}`]() : date[`get${what}`]());
  return {
    day: `${get("FullYear")}-${two(get("Month") + 1)}-${two(get("Date"))}`,
    time: `${two(get("Hours"))}:${two(get("Minutes"))}:${two(get("Seconds"))}`,
    fraction: String(get("Milliseconds")).padStart(3, "0"),
  };
}

function offsetText(date) {
  const minutes = -date.getTimezoneOffset();
  const sign = minutes < 0 ? "−" : "+";
  return `${sign}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
}

/// "2026-11-27 07:44:16.250 UTC"
export function fullTime(iso) {
  const date = new Date(iso);
  const utc = preference("zone") === "utc";
  const { day, time, fraction } = parts(date, utc);
  return `${day} ${time}.${fraction} ${utc ? "UTC" : offsetText(date)}`;
}

/// "2026-11-27 07:44:16"; of today, "07:44:16".
export function shortTime(iso) {
  const utc = preference("zone") === "utc";
  const { day, time } = parts(new Date(iso), utc);
  return day === parts(new Date(), utc).day ? time : `${day} ${time}`;
}

/// "just now", "5 min ago", "3 h ago", then the day.
export function agoText(iso) {
  const seconds = Math.round((Date.now() - new Date(iso).getTime()) / 1000);
  if (seconds < 10) return "just now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return parts(new Date(iso), preference("zone") === "utc").day;
}

/// "3 min 20 s"
export function durationText(seconds) {
  if (!Number.isFinite(seconds)) return "–";
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60)
    return `${seconds < 10 ? Math.round(seconds * 10) / 10 : Math.round(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  if (seconds < 86400)
    return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  return `${Math.floor(seconds / 86400)} d ${Math.floor((seconds % 86400) / 3600)} h`;
}

const styles = { full: fullTime, short: shortTime, ago: agoText };

/// <time>: of a style ("full", "short", "ago"), with the whole time as its hint.
export function timeElement(iso, style = "short") {
  if (!iso) return h("span.faint", "–");
  const element = h("time", { datetime: iso, "data-style": style });
  refresh(element);
  return element;
}

function refresh(element) {
  const iso = element.getAttribute("datetime");
  const text = styles[element.dataset.style](iso);
  if (element.textContent !== text) element.textContent = text;
  element.title = fullTime(iso);
}

function refreshAll() {
  for (const element of document.querySelectorAll("time[data-style]")) refresh(element);
}

onPreferences(refreshAll);
setInterval(refreshAll, 10_000);

/// What <input type=datetime-local> holds, in the reader's zone, to RFC 3339; "" of nothing.
export function fromInput(value) {
  if (!value) return "";
  const date = new Date(preference("zone") === "utc" ? `${value}Z` : value);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString();
}

/// And back.
export function toInput(iso) {
  if (!iso) return "";
  const { day, time } = parts(new Date(iso), preference("zone") === "utc");
  return `${day}T${time}`;
}

export const zoneName = () => (preference("zone") === "utc" ? "UTC" : "local time");
