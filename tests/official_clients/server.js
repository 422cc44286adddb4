// A process of the node, started, stopped and killed from outside.
import { spawn } from "node:child_process";
import { once } from "node:events";

const program = process.env.ORDERD;

/// Starts `orderd store`, in memory or on `data`, and waits until it says ready.
export async function startServer({ data, listen = "127.0.0.1:0", flags = [] } = {}) {
  if (!program) throw new Error("ORDERD must name the orderd binary");
  const storage = data ? ["--data", data] : ["--in-memory"];
  const child = spawn(
    program,
    ["store", ...storage, "--listen", listen, "--log-level", "warning", ...flags],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  const ended = once(child, "exit");
  let out = "";
  let log = "";
  child.stderr.on("data", (bytes) => (log += bytes));
  const address = await new Promise((resolve, reject) => {
    child.stdout.on("data", (bytes) => {
      out += bytes;
      const ready = /^orderd ready store=(\S+)/m.exec(out);
      if (ready) resolve(ready[1]);
    });
    child.once("error", reject);
    ended.then(([code, signal]) => reject(new Error(`orderd ended: ${code ?? signal}\n${log}`)), reject);
  });
  // Whatever ends this process takes the server along.
  const killNow = () => child.kill("SIGKILL");
  process.once("exit", killNow);
  return {
    address,
    /// SIGTERM; it must end with 0.
    async stop() {
      child.kill("SIGTERM");
      const [code, signal] = await ended;
      process.removeListener("exit", killNow);
      if (code !== 0) throw new Error(`orderd did not stop as asked: ${code ?? signal}\n${log}`);
    },
    /// kill -9, and waits until it is gone.
    async kill() {
      killNow();
      await ended;
      process.removeListener("exit", killNow);
    },
  };
}
