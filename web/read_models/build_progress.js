// How far a rebuild or a verification is, or how it ended.
import { h } from "../core/dom.js";
import { grouped } from "../core/money.js";
import { durationText, timeElement } from "../core/time.js";
import { words } from "../core/words.js";

const phaseOf = ({ phase }) => phase.replace("REBUILD_PHASE_", "");

export const isUnderWay = (build) =>
  Boolean(build) && !["DONE", "CANCELLED", "FAILED"].includes(phaseOf(build));

/// Seconds of a duration of JSON, "3.5s"; null of none.
const secondsOf = (duration) => (duration ? Number.parseFloat(duration) : null);

/// `what`: "Rebuild" or "Verification"; null if there was none.
export function buildProgress(what, build, model) {
  if (!build) return null;
  const phase = phaseOf(build);
  if (isUnderWay(build)) {
    const known = phase === "FILLING" && build.fraction !== undefined;
    const bar = h(
      known ? "div.progress" : "div.progress.unsure",
      {
        role: "progressbar",
        "aria-label": `${what} of ${model}`,
        "aria-valuemin": "0",
        "aria-valuemax": "100",
        "aria-valuenow": known ? String(Math.floor(100 * build.fraction)) : null,
      },
      h("i"),
    );
    if (known) bar.firstElementChild.style.width = `${100 * build.fraction}%`;
    const left = secondsOf(build.time_left);
    return h(
      "div.build",
      h(
        "p.small",
        h("strong", what),
        `: ${words(phase).toLowerCase()}`,
        known && `, ${Math.floor(100 * build.fraction)} %`,
      ),
      bar,
      h(
        "p.small.muted",
        `${grouped(build.events_applied)} events, ${grouped(Math.round(build.events_per_second))} a second`,
        left !== null && `, ${durationText(left)} left`,
      ),
    );
  }
  const outcome = {
    DONE: `${grouped(build.rows_compared)} rows compared, ${build.differences === "0" ? "no difference" : `${grouped(build.differences)} differences`}`,
    CANCELLED: "cancelled",
    FAILED: `failed: ${build.error}`,
  }[phase];
  return h(
    "p.small.build",
    h("strong", what),
    " ",
    timeElement(build.end_time ?? build.start_time, "ago"),
    ": ",
    h("bdi", outcome),
  );
}
