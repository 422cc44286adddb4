// What views, and parts of them that ask for themselves, are: elements which let go of what they hold
// when they leave the page. The router tells a view its route.
import { Problem, isAbort } from "../core/api.js";
import { onLive } from "../core/live.js";

export class View extends HTMLElement {
  #ends = [];
  #abort = new AbortController();

  /// {parameters, query}, set by the router before the element is in the page.
  route = { parameters: {}, query: new URLSearchParams() };

  connectedCallback() {
    this.show();
  }
  disconnectedCallback() {
    this.#abort.abort();
    for (const end of this.#ends.splice(0)) end();
  }

  /// Cancels requests of a view that has left.
  get signal() {
    return this.#abort.signal;
  }
  /// `end` runs when the view leaves.
  atEnd(end) {
    this.#ends.push(end);
  }
  live(listener) {
    this.atEnd(onLive(listener));
  }
  /// `task` runs when the tab is looked at again.
  atReturn(task) {
    const look = () => document.hidden || task();
    document.addEventListener("visibilitychange", look);
    this.atEnd(() => document.removeEventListener("visibilitychange", look));
  }
  every(ms, task) {
    const timer = setInterval(() => document.hidden || task(), ms);
    this.atEnd(() => clearInterval(timer));
  }

  /// Runs `task`; a Problem goes to `refused`; that the view has left meanwhile is no error.
  async attempt(task, refused) {
    try {
      await task();
    } catch (error) {
      if (isAbort(error) || !this.isConnected) return;
      if (!(error instanceof Problem)) throw error;
      refused(error);
    }
  }
}
