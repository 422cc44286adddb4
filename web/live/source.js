// One stream of the changes of all orders, which comes again by itself and misses nothing: after a
// break it goes on behind the last token. Runs in the shared worker, or in the page itself.
import { followEvents } from "./event_stream.js";

const retryMinMs = 1000;
const retryMaxMs = 8000;
const silenceMaxMs = 20_000; // The service says something every 5 s.

export class LiveSource {
  #publish;
  #headers;
  #reading = null;
  #token = "";
  #retryMs = retryMinMs;
  #timer = null;
  #watchdog = null;
  state = "connecting";

  /// `publish` gets {type: "state", state}, {type: "change", entry} and {type: "reset"}: what is
  /// shown may have missed something, and is to be read again. `headers` go with each request.
  constructor(publish, headers = {}) {
    this.#publish = publish;
    this.#headers = headers;
  }

  open() {
    if (this.#reading || this.#timer || this.state === "refused") return;
    const reading = new AbortController();
    this.#reading = reading;
    let isHeard = false;
    const take = ({ name, id, data }) => {
      if (reading !== this.#reading || (name !== "progress" && name !== "change")) return;
      const wasSilent = this.state !== "live";
      isHeard = true;
      this.#retryMs = retryMinMs;
      this.#token = id || this.#token;
      this.#watch();
      this.#setState("live");
      if (wasSilent) this.#publish({ type: "reset" });
      if (name === "change") this.#publish({ type: "change", entry: JSON.parse(data) });
    };
    const resume = this.#token ? `?resume_token=${encodeURIComponent(this.#token)}` : "";
    followEvents(`/v1/orders:watch${resume}`, {
      headers: this.#headers,
      signal: reading.signal,
      take,
    }).then((status) => {
      if (reading !== this.#reading) return;
      if (status === 401 || status === 403) return this.#refused();
      // A token that was never answered may be one of another store: without it, and all read anew.
      if (!isHeard && status >= 400) this.#token = "";
      this.#again();
    });
    this.#watch();
  }

  close() {
    clearTimeout(this.#timer);
    clearTimeout(this.#watchdog);
    this.#timer = null;
    const reading = this.#reading;
    this.#reading = null;
    reading?.abort();
  }

  /// Whoever calls may not watch: asking again changes nothing.
  #refused() {
    this.close();
    this.#setState("refused");
  }

  #watch() {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#again(), silenceMaxMs);
  }

  #again() {
    this.close();
    this.#setState("offline");
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.open();
    }, this.#retryMs);
    this.#retryMs = Math.min(2 * this.#retryMs, retryMaxMs);
  }

  #setState(state) {
    if (state === this.state) return;
    this.state = state;
    this.#publish({ type: "state", state });
  }
}
