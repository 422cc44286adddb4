// How the read models stand, asked for once a second while somebody looks; what was seen is kept for
// the charts of this tab.
import { isAbort, Problem, read } from "../core/api.js";

const periodMs = 1000;
const samplesMax = 1800;

const samples = [];
const listeners = new Set();
let timer = null;
let isAsking = false;

/// [{time: Date, models: Map of name to {lagMs, lagEvents, applied, rate}}], oldest first.
export const takenSamples = () => samples;

/// BigInt of counters that only grow; a difference of two is small enough for a number.
function sampleOf(models) {
  const time = new Date();
  const last = samples.at(-1);
  const byName = new Map();
  for (const model of models) {
    const applied = BigInt(model.events_applied);
    const before = last?.models.get(model.name);
    const seconds = last ? (time - last.time) / 1000 : 0;
    byName.set(model.name, {
      lagMs: Number(model.freshness.lag_ms),
      lagEvents:
        model.freshness.lag_events === undefined ? null : Number(model.freshness.lag_events),
      applied,
      rate:
        before && seconds > 0 && applied >= before.applied
          ? Number(applied - before.applied) / seconds
          : 0,
    });
  }
  return { time, models: byName };
}

async function ask() {
  if (document.hidden || isAsking) return;
  isAsking = true;
  try {
    const { read_models: models } = await read("/v1/readModels");
    samples.push(sampleOf(models));
    if (samples.length > samplesMax) samples.shift();
    for (const listener of [...listeners]) listener({ models });
  } catch (error) {
    if (!(error instanceof Problem) && !isAbort(error)) throw error;
    for (const listener of [...listeners]) listener({ problem: error });
  } finally {
    isAsking = false;
  }
}

/// Called with {models} or {problem}. Returns what ends it.
export function onSample(listener) {
  listeners.add(listener);
  timer ??= setInterval(ask, periodMs);
  ask();
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = null;
  };
}

export const askNow = ask;
