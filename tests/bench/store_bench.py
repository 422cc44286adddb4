"""The store over the wire, driven by the client library; and the service on each kind of store."""
import os

from bench import cpu_of, median_of

EVENT_BYTES = 776  # About what the service's CreateOrder stores; the bare insert's as well.
STREAM_EVENTS = 5
READERS = 16  # Each is a thread of the client.
LIVE_RATE = 2_000  # Appends a second.
SERVICE_IN_FLIGHT = 64


def plaintext(node):
    return f"esdb://{node.target}?tls=false"


class StoreBench:
    def __init__(self, bench):
        self.bench = bench

    def run(self):
        bare = self.bench.bare("store-floor.db")
        node = self.bench.node(self.bench.path("appends"))
        self.appends(node, bare)
        self.live(node)
        node.stop()
        self.projections()
        node = self.bench.node(self.bench.path("history"))
        filled = self.fill(node)
        self.stream_reads(node, bare, filled)
        self.long_reads(node, filled)
        self.category_reads(node, filled)
        node.stop()
        bare.stop()
        self.service_on_each_store()

    def ask(self, node, method, in_flight=1, **options):
        return self.bench.measure([node], "bench_store_client", method, in_flight,
                                  store=plaintext(node), event_bytes=EVENT_BYTES, **options)

    # Append gives each event a call of its own; over BatchAppend all share one call.
    def appends(self, node, bare):
        for in_flight in (1, 16, 64, 256):
            samples = {"Append": [], "BatchAppend": [], "insert": []}
            for _ in range(self.bench.rounds):
                samples["insert"].append(self.bench.load(bare, "insert", in_flight,
                                                         payload_bytes=EVENT_BYTES))
                for name, method in (("Append", "append"), ("BatchAppend", "batch")):
                    samples[name].append(self.ask(node, method, in_flight,
                                                  prefix=self.bench.new_prefix()))
            self.bench.rates("node", samples, in_flight,
                             {"BatchAppend": "goal >= 38,000/s"} if in_flight == 256 else {})
            self.bench.ratio("node", samples, "Append", "insert", in_flight,
                             "goal >= 0.85" if in_flight == 64 else "")
            self.bench.ratio("node", samples, "BatchAppend", "insert", in_flight)

    def live(self, node):
        samples = [self.ask(node, "live", rate=LIVE_RATE, prefix=self.bench.new_prefix())
                   for _ in range(self.bench.rounds)]
        self.bench.results["node live"] = samples

        def milliseconds(name):
            return " / ".join(f"{median_of(samples, f'{name}{quantile}_ms'):.1f}"
                              for quantile in ("p50", "p99")) + " ms"
        self.bench.row(f"node: commit to live delivery at {LIVE_RATE:,} events/s, p50 / p99",
                       milliseconds(""),
                       f"{median_of(samples, 'rate'):,.0f}/s, from the append's sending "
                       f"{milliseconds('whole_')}, server CPU {cpu_of(samples)} us")

    # The log's own append: nothing else hides what they cost. And what a client's append costs more.
    def projections(self):
        for where, arguments in (("log", {}), ("node", {"over_the_wire": True})):
            for in_flight in (1, 64):
                folder = self.bench.path(f"projections-{where}-{in_flight}")
                os.mkdir(folder)
                sample = self.bench.run_json("bench_projection_cost", folder=folder,
                                             in_flight=in_flight,
                                             rounds=3 if self.bench.quick else 9, **arguments)
                self.bench.results[f"projections {where} {in_flight}"] = sample
                self.bench.row(
                    f"{where}: append with system projections / without, {in_flight} in flight",
                    f"{sample['rate_with'] / sample['rate_without']:.2f}",
                    f"{'goal >= 0.9; ' if where == 'node' else ''}"
                    f"CPU {sample['cpu_us_with']:.1f} / {sample['cpu_us_without']:.1f} us")

    def fill(self, node):
        filled = {"prefix": "filled", "streams": 10_000 if self.bench.quick else 40_000,
                  "stream_events": STREAM_EVENTS}
        self.ask(node, "fill", **filled)
        return filled

    def stream_reads(self, node, bare, filled):
        samples = {"read": [], "echo": []}
        for _ in range(self.bench.rounds):
            samples["echo"].append(self.bench.load(bare, "echo", READERS,
                                                   payload_bytes=STREAM_EVENTS * EVENT_BYTES))
            samples["read"].append(self.ask(node, "read", READERS, **filled))
        title = f"node, {STREAM_EVENTS}-event streams"
        self.bench.rates(title, samples, READERS, {"read": "goal >= 17,000/s, CPU <= 45 us"})
        self.bench.ratio(title, samples, "read", "echo", READERS)

    def long_reads(self, node, filled):
        for method, what in (("all", "read of $all"), ("history", "subscription to $all, history")):
            samples = [self.ask(node, method, **filled) for _ in range(self.bench.rounds)]
            self.bench.results[f"node {method}"] = samples
            cpu = median_of([{"cpu": sample["server_cpu_us"][0]} for sample in samples], "cpu")
            self.bench.row(f"node: {what}", f"{median_of(samples, 'rate'):,.0f} events/s",
                           f"goal >= 180,000; server CPU {cpu:.1f} us an event")

    # The category of what was filled, beside one plain stream of as many events.
    def category_reads(self, node, filled):
        self.ask(node, "fill-one", **{**filled, "prefix": "plain"})
        samples = {"stream": [], "category": []}
        for _ in range(self.bench.rounds):
            samples["stream"].append(self.ask(node, "one", **{**filled, "prefix": "plain"}))
            samples["category"].append(
                self.ask(node, "links", **{**filled, "prefix": f"$ce-{filled['prefix']}"}))
        self.bench.results["node category"] = samples
        rates = {name: median_of(taken, "rate") for name, taken in samples.items()}
        for name, rate in rates.items():
            self.bench.row(f"node: read of one {name}", f"{rate:,.0f} events/s", "")
        self.bench.row("node: category, links resolved / plain stream",
                       f"{rates['category'] / rates['stream']:.2f}", "goal >= 0.8")

    def service_on_each_store(self):
        service = self.bench.orderd(self.bench.path("on-embedded"))
        self.service("the embedded store", service)
        service.stop()

        node = self.bench.node(self.bench.path("under-service"))
        service = self.bench.orderd(self.bench.path("on-node"), "--store", plaintext(node))
        self.service("our node (CPU: service + node)", service, [node])
        service.stop()
        node.stop()

        url = os.environ.get("EVENTSTOREDB_URL", "")
        if not url:
            self.bench.row("service on a real server", "not measured",
                           "EVENTSTOREDB_URL is not set")
            return
        service = self.bench.orderd(self.bench.path("on-server"), "--store", url)
        self.service("the server at EVENTSTOREDB_URL (CPU: service)", service)
        service.stop()

    def service(self, where, service, stores=()):
        # The server at EVENTSTOREDB_URL may have an earlier run's orders.
        run = f"{os.getpid():x}-"
        samples = {"CreateOrder": [], "GetOrder": []}
        for _ in range(self.bench.rounds):
            prefix = run + self.bench.new_prefix()
            made = self.bench.load(service, "create", SERVICE_IN_FLIGHT, stores, prefix=prefix)
            samples["CreateOrder"].append(made)
            samples["GetOrder"].append(
                self.bench.load(service, "get", SERVICE_IN_FLIGHT, stores, prefix=prefix,
                                orders=max(1, min(10_000, made["calls"] - SERVICE_IN_FLIGHT))))
        self.bench.rates(f"service on {where}", samples, SERVICE_IN_FLIGHT)
