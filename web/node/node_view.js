// The process that answers: what it does, how fast, and with which settings.
import { read } from "../core/api.js";
import { h, replace } from "../core/dom.js";
import { grouped, rate } from "../core/money.js";
import { changeQuery } from "../core/router.js";
import { durationText, timeElement } from "../core/time.js";
import { words } from "../core/words.js";
import { badge, card, data, figures, headRow, pageHead, scrolling } from "../parts/pieces.js";
import { failed, loading } from "../parts/states.js";
import { View } from "../parts/view.js";

const refreshMs = 2000;

const ms = (value) =>
  value < 10 ? `${Math.round(100 * value) / 100} ms` : durationText(value / 1000);
const seconds = (duration) => Number.parseFloat(duration ?? "0");

function size(bytes) {
  const steps = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  let value = Number(bytes);
  let step = 0;
  while (value >= 1024 && step < steps.length - 1) {
    value /= 1024;
    step++;
  }
  return `${value < 10 && step > 0 ? Math.round(10 * value) / 10 : Math.round(value)} ${steps[step]}`;
}

class NodeView extends View {
  #settings = "";

  show() {
    this.query = this.route.query;
    this.now = h("div", h("div.card", loading(8)));
    this.settings = h("div");
    replace(
      this,
      pageHead("Node", { lead: "The process that answers this page." }),
      this.now,
      this.settings,
    );
    this.#load();
    this.every(refreshMs, () => this.#load());
  }

  routeChanged(query) {
    this.query = query;
    this.#showSettings();
  }

  async #load() {
    await this.attempt(
      async () => {
        this.node = await read("/v1/node", {}, { signal: this.signal });
        this.#render();
      },
      (problem) => {
        if (this.node && problem.status === 0) return;
        replace(
          this.now,
          h(
            "div.card",
            failed(problem, () => this.#load()),
          ),
        );
      },
    );
  }

  #render() {
    const node = this.node;
    const { process, connections, store } = node;
    const perSecond = (kind) =>
      node.calls
        .filter((call) => call.kind === kind)
        .reduce((all, call) => all + call.per_second, 0);
    replace(
      this.now,
      card(
        "Now",
        figures([
          ["Commands a second", rate(perSecond("COMMAND")), true],
          ["Queries a second", rate(perSecond("QUERY")), true],
          ["Memory", size(process.resident_bytes)],
          ["Processor time", durationText(process.cpu_seconds)],
          ["Up", durationText(seconds(node.uptime))],
          ["Version", data(node.version)],
          ["Open files", `${grouped(process.open_files)} of ${grouped(process.open_files_max)}`],
          ["HTTP connections", grouped(connections.http_connections)],
          ["HTTP requests", grouped(connections.http_requests_in_flight)],
          ["Watches", grouped(connections.watches)],
          ["Commands waiting", grouped(connections.commands_waiting)],
          ["Queries waiting", grouped(connections.queries_waiting)],
        ]),
      ),
      card("Store", [
        node.log && this.#log(node.log),
        node.store_client && this.#client(node.store_client),
        node.store_server && this.#server(node.store_server),
        h(
          "p.body.small.muted",
          `${words(store.kind)} store `,
          h("span.mono", data(store.store_id)),
          ", generation ",
          store.generation,
          ", opened ",
          timeElement(node.start_time, "full"),
          !store.reachable && [" ", badge("STOPPED", "bad"), " ", data(store.error)],
        ),
      ]),
      card("Calls", this.#calls(node.calls), {
        actions: [h("span.small.faint", `rates over ${durationText(seconds(node.window))}`)],
      }),
    );
    this.#showSettings();
  }

  #log(log) {
    return figures([
      ["Events a second", rate(log.events_per_second), true],
      ["Events a commit", rate(log.events_per_group), true],
      ["Commit and sync, median", ms(log.commit.p50_ms)],
      ["99th percentile", ms(log.commit.p99_ms)],
      ["Events written", grouped(log.events)],
      ["Their bytes", size(log.event_bytes)],
      ["Commits", grouped(log.groups)],
      ["Appends", grouped(log.appends_written)],
      ["Appends again", grouped(log.appends_idempotent)],
      ["Appends refused", grouped(log.appends_refused)],
      ["Appends under way", grouped(log.appends_in_flight)],
      ["Write-ahead log", size(log.wal_bytes)],
    ]);
  }
  #client(client) {
    return figures([
      ["Connections made", grouped(client.connections_made)],
      ["Connections failed", grouped(client.connections_failed)],
      ["Writes again", grouped(client.write_retries)],
      ["Reads again", grouped(client.read_retries)],
      ["Subscriptions resumed", grouped(client.subscription_resumes)],
      ["Calls under way", grouped(client.calls_in_flight)],
      ["Writes under way", grouped(client.writes_in_flight)],
    ]);
  }
  #server(server) {
    return figures([
      ["Store connections", grouped(server.connections)],
      ["Store appends", grouped(server.appends)],
      ["Store reads", grouped(server.reads)],
      ["Store subscriptions", grouped(server.subscriptions)],
    ]);
  }

  #calls(calls) {
    if (calls.length === 0) return h("p.body.muted", "None yet.");
    const row = (call) =>
      h(
        "tr",
        h("td", data(call.name)),
        h("td", words(call.kind)),
        h("td.number", grouped(call.started)),
        h("td.number", rate(call.per_second)),
        h("td.number", call.in_flight),
        h("td.number", grouped(call.failed)),
        h("td.number", ms(call.latency.p50_ms)),
        h("td.number", ms(call.latency.p95_ms)),
        h("td.number", ms(call.latency.p99_ms)),
      );
    const numbers = ["Calls", "A second", "Under way", "Not well", "Median", "95th", "99th"];
    return scrolling(
      "Calls",
      h(
        "table",
        headRow("Call", "Kind", ...numbers.map((text) => ({ text }))),
        h("tbody", calls.map(row)),
      ),
    );
  }

  #showSettings() {
    if (!this.node || this.settings.contains(document.activeElement)) return;
    const isAll = this.query.get("settings") === "all";
    const shown = this.node.settings.filter(({ source }) => isAll || source !== "DEFAULT");
    const content = JSON.stringify([shown, isAll]);
    if (content === this.#settings) return;
    this.#settings = content;
    const row = ({ name, value, source, help }) =>
      h(
        "tr",
        h("td.mono", name),
        h("td.mono", data(value)),
        h("td", badge(source, source === "DEFAULT" ? "calm" : "going")),
        h("td.small.muted", data(help)),
      );
    replace(
      this.settings,
      card(
        "Settings",
        shown.length === 0
          ? h("p.body.muted", "All are as they are by default.")
          : scrolling(
              "Settings",
              h(
                "table.settings",
                headRow("Name", "Value", "From", "What it is"),
                h("tbody", shown.map(row)),
              ),
            ),
        {
          actions: [
            h(
              "button",
              {
                type: "button",
                id: "all-settings",
                onclick: (event) => {
                  event.target.blur();
                  changeQuery({ settings: isAll ? "" : "all" });
                },
              },
              isAll ? "Only what was set" : `All ${this.node.settings.length}`,
            ),
          ],
        },
      ),
    );
  }
}
customElements.define("node-view", NodeView);
