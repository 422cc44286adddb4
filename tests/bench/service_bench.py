"""The service on its embedded store, against bare servers and against its goals."""
import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import time

from bench import median_of


class ServiceBench:
    def __init__(self, bench):
        self.bench = bench

    def run(self):
        data = self.bench.path("data")
        service = self.bench.orderd(data)
        self.creates(service, data)
        self.gets(service)
        self.visible(service)
        self.beside_rebuilds(service)
        service.stop()

    def stored_bytes(self, data):
        """Mean bytes of what a CreateOrder stores: body and metadata of its event."""
        log = [name for name in os.listdir(data) if name.endswith(".db") and "-v" not in name][0]
        with sqlite3.connect(f"file:{os.path.join(data, log)}?mode=ro", uri=True) as database:
            return int(database.execute(
                "SELECT avg(length(data) + length(metadata)) FROM events "
                "WHERE revision = 0 AND stream IN "
                "(SELECT id FROM streams WHERE name LIKE 'order-x%')").fetchone()[0])

    def create(self, server, in_flight):
        return self.bench.load(server, "create", in_flight, prefix=self.bench.new_prefix())

    # CreateOrder against a bare durable insert and a bare echo of the same bytes.
    def creates(self, service, data):
        self.create(service, 64)
        size = self.stored_bytes(data)
        self.bench.row("bytes that a CreateOrder stores (also the bare insert's)", str(size))
        bare = self.bench.bare("floor.db")
        for in_flight in (1, 16, 64, 256):
            samples = {"create": [], "insert": [], "echo": []}
            for _ in range(self.bench.rounds):
                samples["insert"].append(
                    self.bench.load(bare, "insert", in_flight, payload_bytes=size))
                samples["create"].append(self.create(service, in_flight))
                samples["echo"].append(
                    self.bench.load(bare, "echo", in_flight, payload_bytes=size))
            self.bench.rates("CreateOrder", samples, in_flight)
            self.bench.ratio("CreateOrder", samples, "create", "insert", in_flight,
                             "goal >= 0.75" if in_flight == 64 else "")
            self.bench.ratio("CreateOrder", samples, "create", "echo", in_flight)
        bare.stop()

    def gets(self, service):
        prefix = self.bench.new_prefix()
        made = self.bench.load(service, "create", 64, prefix=prefix)
        orders = min(10_000, int(made["calls"]) - 64)
        get = self.bench.load(service, "get", 64, prefix=prefix, orders=orders)
        bare = self.bench.bare("echo.db")
        for in_flight in (1, 16, 64, 256):
            samples = {"get": [], "echo": []}
            for _ in range(self.bench.rounds):
                samples["echo"].append(self.bench.load(bare, "echo", in_flight,
                                                       payload_bytes=get["response_bytes"]))
                samples["get"].append(self.bench.load(service, "get", in_flight, prefix=prefix,
                                                      orders=orders))
            self.bench.rates("GetOrder", samples, in_flight)
            self.bench.ratio("GetOrder", samples, "get", "echo", in_flight,
                             "goal >= 0.8" if in_flight == 64 else "")
        bare.stop()

    def visible(self, service):
        lag = self.bench.load(service, "visible", rate=5_000, prefix=self.bench.new_prefix())
        self.bench.results["visible"] = lag
        self.bench.row("commit to visible at 5,000 commands/s offered, p50 / p99",
                       f"{lag['p50_ms']:.1f} / {lag['p99_ms']:.1f} ms",
                       f"goal p99 <= 5 ms ({lag['rate']:,.0f}/s, {lag['samples']} samples)")

    # What commands lose while all read models are rebuilt, again and again.
    def beside_rebuilds(self, service):
        samples = {"alone": [], "beside rebuilds": []}
        for _ in range(self.bench.rounds):
            samples["alone"].append(self.create(service, 64))
            with self.rebuilding(service):
                samples["beside rebuilds"].append(self.create(service, 64))
        self.bench.rates("CreateOrder", samples, 64)
        reached = (median_of(samples["beside rebuilds"], "rate")
                   / median_of(samples["alone"], "rate"))
        self.bench.row("CreateOrder: beside rebuilds / alone, 64 in flight", f"{reached:.2f}",
                       "goal >= 0.75")

    @contextlib.contextmanager
    def rebuilding(self, service):
        rebuild = os.path.join(self.bench.bin, "orderctl")
        script = f"while '{rebuild}' --server {service.target} projections rebuild all; do :; done"
        running = subprocess.Popen(["bash", "-c", script], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            yield
            if running.poll() is not None:
                raise SystemExit("a rebuild failed under load")
        finally:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()

    def behind(self, service):
        """Whether any read model is; one that cannot answer yet is."""
        for question in (["list", "--page-size", "1"], ["customer", "customer-0000"],
                         ["sales", "--page-size", "1"], ["search", "mug", "--page-size", "1"]):
            asked = subprocess.run(
                [os.path.join(self.bench.bin, "orderctl"), "--server", service.target, *question,
                 "-o", "json"], capture_output=True, text=True)
            if asked.returncode == 66:  # No such customer: it holds all history, or would not say.
                continue
            if asked.returncode != 0:
                return True
            freshness = json.loads(asked.stdout)["freshness"]
            if int(freshness.get("lag_events", 1)) > 0 or int(freshness["lag_ms"]) > 0:
                return True
        return False

    def big(self, orders):
        data = self.bench.path("big")
        begin = time.monotonic()
        made = json.loads(subprocess.run(
            [os.path.join(self.bench.bin, "bench_generate"), "--data", data,
             "--orders", str(orders)],
            check=True, capture_output=True, text=True).stdout)
        events = made["events"]
        self.bench.row(f"generated {orders:,} orders, {events:,} events through the log's append",
                       f"{events / (time.monotonic() - begin):,.0f}/s",
                       f"an order's events {made['mean_distance']:,.0f} apart on average")
        service = self.bench.orderd(data)
        cold_ready = service.ready_seconds
        while self.behind(service):
            time.sleep(0.2)
        rebuild = events / (time.monotonic() - service.started)
        self.bench.row("rebuild of all projections from the embedded log",
                       f"{rebuild:,.0f} events/s", "goal >= 150,000")
        self.bench.row("resident memory after the rebuild", f"{service.resident_mb():.0f} MB",
                       "goal <= 400")
        service.stop()
        service = self.bench.orderd(data)
        self.bench.row("start to ready, empty / checkpointed read models",
                       f"{cold_ready:.2f} / {service.ready_seconds:.2f} s", "goal <= 1 s")
        while self.behind(service):
            time.sleep(0.05)
        self.bench.row("resident memory, started", f"{service.resident_mb():.0f} MB",
                       "goal <= 400")
        self.bench.load(service, "get", 64, prefix="gen", orders=orders)
        self.bench.row("resident memory after seconds of GetOrder",
                       f"{service.resident_mb():.0f} MB", "goal <= 400")
        self.bench.results["big"] = {"rebuild": rebuild, "ready": service.ready_seconds,
                                     "events": events, "rss_mb": service.resident_mb()}
        service.stop()
