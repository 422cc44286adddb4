// The one stream of changes of all of this browser's tabs: browsers open six connections to a host,
// over all tabs together, and a stream holds one for good.
import { LiveSource } from "./source.js";

const channel = new BroadcastChannel("orders.live");
const source = new LiveSource((message) => channel.postMessage(message));

addEventListener("connect", ({ ports: [port] }) => {
  source.open();
  port.postMessage({ type: "state", state: source.state });
});
