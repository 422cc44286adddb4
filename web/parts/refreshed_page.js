// A page of a list that is asked for every few seconds.
import { read } from "../core/api.js";
import { keepingFocus } from "./focus.js";
import { failed, loading } from "./states.js";
import { View } from "./view.js";

const pageSize = 50;
const refreshMs = 5000;

/// A part of it says where the list is (`path`), draws an answer (`draw`), and frames what is there
/// instead (`frame`).
export class RefreshedPage extends View {
  #asked = 0;
  #shown = "";

  /// Set before it is in the page: the address's query.
  query = new URLSearchParams();

  show() {
    this.frame(loading(3));
    this.load();
    this.every(refreshMs, () => this.load(true));
  }

  async load(isRefresh = false) {
    const asked = ++this.#asked;
    await this.attempt(
      async () => {
        const answer = await read(
          this.path,
          { page_size: pageSize, page_token: this.query.get("page") ?? "" },
          { signal: this.signal },
        );
        // Drawn for something new alone: what is selected or unfolded stays so.
        const content = JSON.stringify(answer);
        if (asked !== this.#asked || content === this.#shown) return;
        keepingFocus(this, () => {
          this.draw(answer);
          this.#shown = content;
        });
      },
      (problem) => {
        if (asked !== this.#asked || (isRefresh && problem.status === 0)) return;
        this.#shown = "";
        this.frame(failed(problem, () => this.load()));
      },
    );
  }
}
