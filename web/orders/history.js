// An order's history, a page after the other.
import { orderPath, Problem, read } from "../core/api.js";

const pageSize = 500;
const pagesMax = 20;

/// {entries, isWhole}: oldest first; not whole beyond 10,000.
export async function readHistory(orderId, options) {
  const entries = [];
  let token = "";
  for (let page = 0; page < pagesMax; page++) {
    const answer = await read(
      `${orderPath(orderId)}/history`,
      { page_size: pageSize, page_token: token },
      { signal: options.signal },
    );
    entries.push(...answer.entries);
    token = answer.next_page_token;
    if (!token) return { entries, isWhole: true };
  }
  return { entries, isWhole: false };
}

/// The same, with the reason why it cannot be read in place of an error: the order itself can be
/// shown all the same.
export async function readHistoryIfPossible(orderId, options) {
  try {
    return { ...(await readHistory(orderId, options)), problem: null };
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    return { entries: [], isWhole: false, problem };
  }
}
