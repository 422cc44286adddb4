"""One run: what it starts, what it measures, and the table that it prints."""
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

from process import Process


class Bench:
    """Everything lies in one temporary folder."""

    def __init__(self, build, quick):
        self.bin = os.path.join(build, "bin")
        self.quick = quick
        self.seconds = 1 if quick else 3
        self.rounds = 1 if quick else 3
        self.folder = tempfile.mkdtemp(prefix="orders-bench-")
        self.started = []
        self.prefix = 0
        self.results = {}
        self.rows = []

    def close(self):
        for process in self.started:
            if process.popen.poll() is None:
                process.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def new_prefix(self):
        """Of names that nothing else in this run has."""
        self.prefix += 1
        return f"{self.prefix:03d}"

    def start(self, command, log):
        self.started.append(Process(command, self.path(log)))
        return self.started[-1]

    def start_program(self, name, *arguments):
        return self.start([os.path.join(self.bin, name), *arguments], f"{name}.log")

    def orderd(self, data, *arguments):
        return self.start_program("orderd", "serve", "--data", data, "--grpc-listen",
                                  "127.0.0.1:0", *arguments)

    def node(self, data):
        return self.start([os.path.join(self.bin, "orderd"), "store", "--data", data,
                           "--listen", "127.0.0.1:0"], "node.log")

    def bare(self, name):
        return self.start_program("bench_bare_server", self.path(name))

    def load(self, server, method, in_flight=64, stores=(), **options):
        """A load on the service or a bare server; `stores`: the servers it asks in turn."""
        return self.measure([server, *stores], "bench_load_client", method, in_flight,
                            target=server.target, **options)

    def run_json(self, program, **options):
        """What the program prints as JSON; an option's name is its flag's."""
        command = [os.path.join(self.bin, program)]
        for name, value in options.items():
            command += ["--" + name.replace("_", "-"), str(value)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(command)} failed: {done.stderr}")
        return json.loads(done.stdout)

    def measure(self, servers, program, method, in_flight=64, **options):
        before = [server.cpu_seconds() for server in servers]
        answer = self.run_json(program, method=method, in_flight=in_flight, seconds=self.seconds,
                               **options)
        calls = max(1, answer.get("calls", 1))
        answer["server_cpu_us"] = [1e6 * (server.cpu_seconds() - was) / calls
                                   for server, was in zip(servers, before)]
        if answer["errors"]:
            print(f"  note: {method} at {in_flight}: {answer['errors']} errors: "
                  f"{answer.get('first_error', '')}", file=sys.stderr)
        return answer

    def row(self, what, value, goal=""):
        self.rows.append((what, value, goal))
        print(f"{what:<66} {value:>22}   {goal}", flush=True)

    def rates(self, title, samples, in_flight, goals=None):
        """A row for each of `samples`."""
        self.results[f"{title} {in_flight}"] = samples
        for name, taken in samples.items():
            p99 = median_of(taken, "p99_ms")
            self.row(f"{title}: {name}, {in_flight} in flight",
                     f"{median_of(taken, 'rate'):,.0f}/s",
                     f"{goals[name] + '; ' if goals and name in goals else ''}"
                     f"p99 {p99:.1f} ms, server CPU {cpu_of(taken)} us")

    def ratio(self, title, samples, name, other, in_flight, goal=""):
        """A row for what `name` reaches of the bare server's `other`."""
        reached = median_of(samples[name], "rate") / median_of(samples[other], "rate")
        self.row(f"{title}: {name} / bare {other}, {in_flight} in flight", f"{reached:.2f}", goal)


def median_of(samples, field):
    return statistics.median(sample[field] for sample in samples)


def cpu_of(samples):
    """Median server CPU of one call in microseconds, of each server: "31", or "60 + 31"."""
    servers = zip(*(sample["server_cpu_us"] for sample in samples))
    return " + ".join(f"{statistics.median(cpu):.0f}" for cpu in servers) or "unknown"
