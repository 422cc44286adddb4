// What those who run the service may do with a read model, and what came of it.
import { Problem, send } from "../core/api.js";
import { notify } from "../parts/notices.js";
import { askNow } from "./samples.js";

const done = {
  rebuild: "is being built anew, beside the live one.",
  verify: "is being verified against the log.",
  cancelRebuild: ": what was being built is thrown away; the live one stays.",
};

export const modelPath = (model, verb = "") =>
  `/v1/readModels/${encodeURIComponent(model)}${verb && `:${verb}`}`;

/// `verb`: "rebuild", "verify" or "cancelRebuild". Repeating one does no harm: a second is refused.
export async function operate(model, verb) {
  try {
    await send(modelPath(model, verb), {});
    notify(`${model} ${done[verb]}`);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    notify(`${model}: ${error.message}`, "bad");
  }
  await askNow();
}
