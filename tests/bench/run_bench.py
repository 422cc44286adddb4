#!/usr/bin/env python3
"""Compares the service with bare servers within one run, and prints one table.

usage: run_bench.py BUILD_DIR [--quick] [--orders N] [--skip-big]
Writes BUILD_DIR/bench.json. Everything runs on loopback and in temporary folders.
"""
import argparse
import json
import os
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

TICKS = os.sysconf("SC_CLK_TCK")


class Process:
    """A server with a ready line on its standard output."""

    def __init__(self, command, log):
        self.started = time.monotonic()
        self.log = open(log, "w")
        self.popen = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      stderr=self.log, text=True)
        self.ready = self.popen.stdout.readline().strip()
        self.ready_seconds = time.monotonic() - self.started
        if "ready" not in self.ready:
            raise SystemExit(f"{command[0]} did not get ready; see {log}")
        address = [word for word in self.ready.replace("grpc=", "").split() if ":" in word]
        self.target = address[0]

    def cpu_seconds(self):
        with open(f"/proc/{self.popen.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def resident_mb(self):
        with open(f"/proc/{self.popen.pid}/status") as status:
            for line in status:
                if line.startswith("VmRSS"):
                    return int(line.split()[1]) / 1024
        return 0

    def stop(self):
        self.popen.stdin.close()
        self.popen.send_signal(signal.SIGTERM)
        code = self.popen.wait(timeout=60)
        self.log.close()
        return code


class Bench:
    def __init__(self, build, quick):
        self.bin = os.path.join(build, "bin")
        self.quick = quick
        self.seconds = 1 if quick else 3
        self.rounds = 1 if quick else 3
        self.folder = tempfile.mkdtemp(prefix="orders-bench-")
        self.prefix = 0
        self.results = {}
        self.rows = []

    def path(self, name):
        return os.path.join(self.folder, name)

    def client(self, server, method, in_flight=64, **options):
        command = [os.path.join(self.bin, "bench_load_client"), "--target", server.target,
                   "--method", method, "--in-flight", str(in_flight),
                   "--seconds", str(self.seconds)]
        for name, value in options.items():
            command += ["--" + name.replace("_", "-"), str(value)]
        before = server.cpu_seconds()
        answer = json.loads(subprocess.run(command, check=True, capture_output=True,
                                           text=True).stdout)
        answer["server_cpu_us"] = 1e6 * (server.cpu_seconds() - before) / max(1, answer.get("calls", 1))
        if answer["errors"]:
            print(f"  note: {method} at {in_flight}: {answer['errors']} errors: "
                  f"{answer.get('first_error', '')}", file=sys.stderr)
        return answer

    def orderd(self, data):
        return Process([os.path.join(self.bin, "orderd"), "serve", "--data", data,
                        "--grpc-listen", "127.0.0.1:0"], self.path("orderd.log"))

    def bare(self, name):
        return Process([os.path.join(self.bin, "bench_bare_server"), self.path(name)],
                       self.path("bare.log"))

    def row(self, what, value, goal=""):
        self.rows.append((what, value, goal))
        print(f"{what:<66} {value:>22}   {goal}", flush=True)

    def stored_bytes(self, data):
        """Mean bytes of what a CreateOrder stores: body and metadata of its event."""
        log = [name for name in os.listdir(data) if name.endswith(".db") and "-v" not in name][0]
        with sqlite3.connect(f"file:{os.path.join(data, log)}?mode=ro", uri=True) as database:
            return int(database.execute(
                "SELECT avg(length(data) + length(metadata)) FROM events "
                "WHERE revision = 0 AND stream IN "
                "(SELECT id FROM streams WHERE name LIKE 'order-x%')").fetchone()[0])

    def create(self, server, in_flight):
        self.prefix += 1
        return self.client(server, "create", in_flight, prefix=f"{self.prefix:03d}")

    # CreateOrder against a bare durable insert and a bare echo of the same bytes.
    def creates(self, service, data):
        self.create(service, 64)
        size = self.stored_bytes(data)
        self.row("bytes that a CreateOrder stores (also the bare insert's)", str(size))
        bare = self.bare("floor.db")
        for in_flight in (1, 16, 64, 256):
            samples = {"create": [], "insert": [], "echo": []}
            for _ in range(self.rounds):
                samples["insert"].append(self.client(bare, "insert", in_flight, payload_bytes=size))
                samples["create"].append(self.create(service, in_flight))
                samples["echo"].append(self.client(bare, "echo", in_flight, payload_bytes=size))
            self.compare("CreateOrder", "create", samples, in_flight,
                         {"insert": 0.75} if in_flight == 64 else {})
        bare.stop()

    def gets(self, service):
        self.prefix += 1
        prefix = f"{self.prefix:03d}"
        made = self.client(service, "create", 64, prefix=prefix)
        orders = min(10_000, int(made["calls"]) - 64)
        get = self.client(service, "get", 64, prefix=prefix, orders=orders)
        bare = self.bare("echo.db")
        for in_flight in (1, 16, 64, 256):
            samples = {"get": [], "echo": []}
            for _ in range(self.rounds):
                samples["echo"].append(self.client(bare, "echo", in_flight,
                                                   payload_bytes=get["response_bytes"]))
                samples["get"].append(self.client(service, "get", in_flight, prefix=prefix,
                                                  orders=orders))
            self.compare("GetOrder", "get", samples, in_flight,
                         {"echo": 0.8} if in_flight == 64 else {})
        bare.stop()

    def compare(self, title, main, samples, in_flight, goals):
        median = {name: statistics.median(s["rate"] for s in taken)
                  for name, taken in samples.items()}
        self.results[f"{title} {in_flight}"] = samples
        for name, taken in samples.items():
            p99 = statistics.median(s["p99_ms"] for s in taken)
            cpu = statistics.median(s["server_cpu_us"] for s in taken)
            self.row(f"{title}: {name}, {in_flight} in flight",
                     f"{median[name]:,.0f}/s", f"p99 {p99:.1f} ms, server CPU {cpu:.0f} us")
        for name in samples:
            if name != main:
                goal = f"goal >= {goals[name]}" if name in goals else ""
                self.row(f"{title}: {main} / bare {name}, {in_flight} in flight",
                         f"{median[main] / median[name]:.2f}", goal)

    def visible(self, service):
        self.prefix += 1
        lag = self.client(service, "visible", rate=5_000, prefix=f"{self.prefix:03d}")
        self.results["visible"] = lag
        self.row("commit to visible at 5,000 commands/s offered, p50 / p99",
                 f"{lag['p50_ms']:.1f} / {lag['p99_ms']:.1f} ms",
                 f"goal p99 <= 5 ms ({lag['rate']:,.0f}/s, {lag['samples']} samples)")

    def behind(self, service):
        command = [os.path.join(self.bin, "orderctl"), "--server", service.target, "list",
                   "--page-size", "1", "-o", "json"]
        listed = subprocess.run(command, capture_output=True, text=True)
        customer = subprocess.run(
            command[:3] + ["customer", "customer-0000", "--page-size", "1", "-o", "json"],
            capture_output=True, text=True)
        if listed.returncode != 0:
            return True
        def lag(text):
            freshness = json.loads(text)["freshness"]
            return int(freshness.get("lag_events", 1)) > 0 or int(freshness["lag_ms"]) > 0
        return lag(listed.stdout) or (customer.returncode == 0 and lag(customer.stdout))

    def big(self, orders):
        data = self.path("big")
        begin = time.monotonic()
        made = json.loads(subprocess.run(
            [os.path.join(self.bin, "bench_generate"), "--data", data, "--orders", str(orders)],
            check=True, capture_output=True, text=True).stdout)
        events = made["events"]
        self.row(f"generated {orders:,} orders, {events:,} events through the log's append",
                 f"{events / (time.monotonic() - begin):,.0f}/s",
                 f"an order's events {made['mean_distance']:,.0f} apart on average")
        service = self.orderd(data)
        cold_ready = service.ready_seconds
        while self.behind(service):
            time.sleep(0.2)
        rebuild = events / (time.monotonic() - service.started)
        self.row("rebuild of all projections from the embedded log", f"{rebuild:,.0f} events/s",
                 "goal >= 150,000")
        self.row("resident memory after the rebuild", f"{service.resident_mb():.0f} MB",
                 "goal <= 300")
        service.stop()
        service = self.orderd(data)
        self.row("start to ready, empty / checkpointed read models",
                 f"{cold_ready:.2f} / {service.ready_seconds:.2f} s", "goal <= 1 s")
        while self.behind(service):
            time.sleep(0.05)
        self.row("resident memory, started", f"{service.resident_mb():.0f} MB", "goal <= 300")
        self.client(service, "get", 64, prefix="gen", orders=orders)
        self.row("resident memory after seconds of GetOrder", f"{service.resident_mb():.0f} MB",
                 "goal <= 300")
        self.results["big"] = {"rebuild": rebuild, "ready": service.ready_seconds,
                               "events": events, "rss_mb": service.resident_mb()}
        service.stop()

    def run(self, orders, skip_big):
        try:
            data = self.path("data")
            service = self.orderd(data)
            self.creates(service, data)
            self.gets(service)
            self.visible(service)
            service.stop()
            if not skip_big:
                self.big(orders)
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build")
    parser.add_argument("--quick", action="store_true", help="one short round, 20,000 orders")
    parser.add_argument("--orders", type=int, default=0, help="of the generated store")
    parser.add_argument("--skip-big", action="store_true", help="leave the generated store out")
    options = parser.parse_args()
    bench = Bench(options.build, options.quick)
    bench.run(options.orders or (20_000 if options.quick else 1_000_000), options.skip_big)
    with open(os.path.join(options.build, "bench.json"), "w") as out:
        json.dump({"rows": bench.rows, "samples": bench.results}, out, indent=1)


if __name__ == "__main__":
    main()
