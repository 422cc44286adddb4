// What a button does at once, without a form.
import { Problem } from "../core/api.js";
import { notify } from "./notices.js";

/// Makes `once(doubt, task)`, which runs `task` unless another is under way: a second press does
/// nothing. A refusal is told; of an unknown outcome that it is not known whether `doubt`, as "it is
/// delivered again".
export function oneAtATime() {
  let isBusy = false;
  return async (doubt, task) => {
    if (isBusy) return;
    isBusy = true;
    try {
      await task();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      notify(
        error.isUnknown ? `Whether ${doubt} is not known: ${error.message}` : error.message,
        "bad",
      );
    } finally {
      isBusy = false;
    }
  };
}
