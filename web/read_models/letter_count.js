// How many orders are blocked, beside the navigation's link to the dead letters.
import { isAbort, Problem, read } from "../core/api.js";
import { h } from "../core/dom.js";

const periodMs = 20_000;

export function startDeadLetterCount(link) {
  const count = h("span.count", { hidden: true });
  link.append(count);
  const ask = async () => {
    if (document.hidden) return;
    try {
      const { read_models: models } = await read("/v1/readModels");
      const most = models
        .map((model) => BigInt(model.blocked_orders))
        .reduce((a, b) => (a > b ? a : b), 0n);
      count.hidden = most === 0n;
      count.textContent = String(most);
      count.title = `${most} orders are blocked`;
    } catch (error) {
      if (!(error instanceof Problem) && !isAbort(error)) throw error;
    }
  };
  setInterval(ask, periodMs);
  ask();
}
