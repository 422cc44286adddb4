// One EventSource over the changes of all orders, which comes again by itself and misses nothing:
// after a break it goes on behind the last token. Runs in the shared worker, or in the page itself
// where a browser has none.
const retryMinMs = 1000;
const retryMaxMs = 8000;
const silenceMaxMs = 20_000; // The service says something every 5 s.

export class LiveSource {
  #publish;
  #source = null;
  #token = "";
  #retryMs = retryMinMs;
  #timer = null;
  #watchdog = null;
  state = "connecting";

  /// `publish` gets {type: "state", state}, {type: "change", entry} and {type: "reset"}: what is
  /// shown may have missed something, and is to be read again.
  constructor(publish) {
    this.#publish = publish;
  }

  open() {
    if (this.#source || this.#timer) return;
    const resume = this.#token ? `?resume_token=${encodeURIComponent(this.#token)}` : "";
    const source = new EventSource(`/v1/orders:watch${resume}`);
    this.#source = source;
    let isHeard = false;
    const heard = (event) => {
      if (source !== this.#source) return;
      const wasSilent = this.state !== "live";
      isHeard = true;
      this.#retryMs = retryMinMs;
      this.#token = event.lastEventId || this.#token;
      this.#watch();
      this.#setState("live");
      if (wasSilent) this.#publish({ type: "reset" });
    };
    source.addEventListener("progress", heard);
    source.addEventListener("change", (event) => {
      heard(event);
      this.#publish({ type: "change", entry: JSON.parse(event.data) });
    });
    source.addEventListener("error", () => {
      if (source !== this.#source) return;
      // A token that was never answered may be one of another store: without it, and all read anew.
      if (!isHeard && source.readyState === EventSource.CLOSED) this.#token = "";
      this.#again();
    });
    this.#watch();
  }

  close() {
    clearTimeout(this.#timer);
    clearTimeout(this.#watchdog);
    this.#timer = null;
    this.#source?.close();
    this.#source = null;
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
