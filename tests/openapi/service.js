// The real service, in memory, started and stopped from outside.
import { spawn } from "node:child_process";
import { once } from "node:events";

/// Starts `orderd serve` and waits until it says ready; `origin` is where it serves HTTP.
export async function startService() {
  const program = process.env.ORDERD;
  if (!program) throw new Error("ORDERD must name the orderd binary");
  const child = spawn(program, ["serve", "--in-memory", "--grpc-listen", "127.0.0.1:0",
    "--http-listen", "127.0.0.1:0", "--webhook-hosts", "shop.example", "--log-level", "warning"], { stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "exit");
  let out = "";
  let log = "";
  child.stderr.on("data", (bytes) => (log += bytes));
  const address = await new Promise((resolve, reject) => {
    child.stdout.on("data", (bytes) => {
      out += bytes;
      const ready = /^orderd ready .*http=(\S+)/m.exec(out);
      if (ready) resolve(ready[1]);
    });
    child.once("error", reject);
    ended.then(([code, signal]) => reject(new Error(`orderd ended: ${code ?? signal}\n${log}`)), reject);
  });
  // Whatever ends this process takes the service along.
  const killNow = () => child.kill("SIGKILL");
  process.once("exit", killNow);
  return {
    origin: `http://${address}`,
    /// SIGTERM; it must end with 0.
    async stop() {
      child.kill("SIGTERM");
      const [code, signal] = await ended;
      process.removeListener("exit", killNow);
      if (code !== 0) throw new Error(`orderd did not stop as asked: ${code ?? signal}\n${log}`);
    },
  };
}
