// The real service, started, stopped and started again from outside, and its API for set-ups.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createHash, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const program = process.env.ORDERD;

/// Starts `orderd` with `args` and waits for its line that says ready.
async function start(args) {
  if (!program) throw new Error("ORDERD must name the orderd binary");
  const child = spawn(program, [...args, "--log-level", "error"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "exit");
  let out = "";
  let log = "";
  child.stderr.on("data", (bytes) => (log += bytes));
  const ready = await new Promise((resolve, reject) => {
    child.stdout.on("data", (bytes) => {
      out += bytes;
      if (/^orderd ready .*$/m.test(out)) resolve(out);
    });
    child.once("error", reject);
    ended.then(
      ([code, signal]) => reject(new Error(`orderd ended: ${code ?? signal}\n${log}`)),
      reject,
    );
  });
  // Whatever ends this process takes the server along.
  const killNow = () => child.kill("SIGKILL");
  process.once("exit", killNow);
  return {
    word: (name) => new RegExp(`${name}=(\\S+)`).exec(ready)[1],
    async stop() {
      child.kill("SIGTERM");
      const [code, signal] = await ended;
      process.removeListener("exit", killNow);
      if (code !== 0) throw new Error(`orderd did not stop as asked: ${code ?? signal}\n${log}`);
    },
  };
}

/// A store of its own, which others can write to.
export async function startStore() {
  const server = await start(["store", "--in-memory", "--listen", "127.0.0.1:0"]);
  return { address: server.word("store"), stop: () => server.stop() };
}

/// The service on a folder of its own, or on `store`; with `tokens`, as {token, name, role,
/// customer}, it answers to those alone, and the first of them is the API's. `more`: further words of
/// its command line, as ["--store-listen", "127.0.0.1:0"].
export async function startService({ store, tokens, more = [] } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "orders-page-"));
  const place = store ? ["--store", `esdb://${store.address}?tls=false`] : [];
  const access = tokens ? ["--tokens", writeTokens(join(folder, "tokens.toml"), tokens)] : [];
  const args = (http) => [
    "serve",
    ...access,
    "--data",
    folder,
    ...place,
    "--grpc-listen",
    "127.0.0.1:0",
    "--http-listen",
    http,
    ...more,
  ];
  let server = await start(args("127.0.0.1:0"));
  const address = server.word("http");
  return {
    word: (name) => server.word(name),
    url: `http://${address}`,
    api: apiOf(`http://${address}`, tokens?.[0].token),
    stop: () => server.stop(),
    /// The same folder, the same address.
    async startAgain() {
      server = await start(args(address));
    },
    async close() {
      await server.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

function writeTokens(path, tokens) {
  const entries = tokens.map(({ token, name, role, customer }) => {
    const hash = createHash("sha256").update(token).digest("hex");
    const bound = customer ? `customer = "${customer}"\n` : "";
    return `[[token]]\nname = "${name}"\nsha256 = "${hash}"\nrole = "${role}"\n${bound}`;
  });
  writeFileSync(path, entries.join("\n"), { mode: 0o600 });
  return path;
}

function apiOf(url, token) {
  const authorization = token ? { Authorization: `Bearer ${token}` } : {};
  async function call(method, path, body) {
    const response = await fetch(url + path, {
      method,
      headers: {
        ...authorization,
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
    return answer;
  }
  const api = {
    get: (path) => call("GET", path),
    post: (path, body) => call("POST", path, body),
    text: async (path) => (await fetch(url + path, { headers: authorization })).text(),
    command: (id, verb, body = {}) =>
      call("POST", `/v1/orders/${encodeURIComponent(id)}:${verb}`, body),
    async order(id) {
      const { order } = await call(
        "GET",
        `/v1/orders/${encodeURIComponent(id)}?as_of_revision=${await api.revision(id)}`,
      );
      return order;
    },
    /// By the log, not by a read model.
    async history(id) {
      return (await call("GET", `/v1/orders/${encodeURIComponent(id)}/history?page_size=500`))
        .entries;
    },
    revision: async (id) => (await api.history(id)).at(-1).revision,
    async draft(fields = {}) {
      const id = fields.order_id ?? `o-${randomUUID().slice(0, 8)}`;
      await call("POST", "/v1/orders", {
        order_id: id,
        customer_id: "ada",
        currency_code: "EUR",
        shipping_address: home,
        lines: [
          { sku: "TEA", title: "Assam tea, 250 g", quantity: 2, unit_price: { minor_units: 890 } },
        ],
        ...fields,
      });
      return id;
    },
    async confirmed(fields) {
      const id = await api.draft(fields);
      await api.command(id, "confirm");
      return id;
    },
    async paid(fields) {
      const id = await api.confirmed(fields);
      const { ledger } = await api.order(id);
      await api.command(id, "capturePayment", { payment_id: "pay-1", amount: ledger.open });
      return id;
    },
  };
  return api;
}

export const home = {
  name: "Ada Brown",
  line1: "12 Mill Lane",
  city: "Berlin",
  postal_code: "10115",
  country_code: "DE",
};
