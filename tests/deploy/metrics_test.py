#!/usr/bin/env python3
"""Holds what real services export against all that speaks of it: the table of docs/operations.md,
the alerts, the dashboard, and the rules of Prometheus's own promtool.

usage: metrics_test.py BIN_DIR SOURCE_DIR [TIMEOUT_FACTOR]
"""
import contextlib
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

SUFFIXES = ("_bucket", "_count", "_sum")
NOT_OURS = {"up"}  # Prometheus makes it for each target.
WAIT_SECONDS = 30
wrong = []


def check(is_so, text):
    if not is_so:
        wrong.append(text)


def promtool(*arguments, **options):
    ended = subprocess.run(["promtool", *arguments], capture_output=True, text=True, **options)
    check(ended.returncode == 0,
          f"promtool {' '.join(arguments)}: {ended.returncode}\n{ended.stdout}{ended.stderr}")


class Exported:
    """Families by name, and the labels and values of their series."""

    def __init__(self, text):
        self.text = text
        self.types = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.M))
        self.helps = dict(re.findall(r"^# HELP (\S+) (.+)$", text, re.M))
        self.series = []
        for line in text.splitlines():
            if line.startswith("#"):
                continue
            name, labels, value = re.fullmatch(r"([a-z0-9_]+)(?:\{(.*)\})? (\S+)", line).groups()
            self.series.append((name, dict(re.findall(r'(\w+)="([^"]*)"', labels or "")),
                                float(value)))

    def family_of(self, name):
        for suffix in SUFFIXES:
            stem = name.removesuffix(suffix)
            if stem != name and self.types.get(stem) == "histogram":
                return stem
        return name

    def sum(self, name, **labels):
        return sum(value for series, has, value in self.series
                   if series == name and labels.items() <= has.items())

    def labels_of(self, family):
        return {label for name, labels, _ in self.series if self.family_of(name) == family
                for label in labels if label != "le"}


class Service:
    def __init__(self, stack, bin_dir, *arguments):
        self.process = subprocess.Popen([bin_dir / "orderd", *arguments], stdout=subprocess.PIPE,
                                        text=True)
        stack.callback(self.process.kill)
        self.ready = self.process.stdout.readline()
        if not self.ready.startswith("orderd ready"):
            sys.exit(f"orderd {' '.join(map(str, arguments))} did not start")

    def word(self, key):
        return re.search(rf" {key}=(\S+)", self.ready).group(1)

    def ask(self, method="GET", path="/metrics"):
        connection = http.client.HTTPConnection(self.word("metrics"), timeout=WAIT_SECONDS)
        connection.request(method, path)
        response = connection.getresponse()
        return response, response.read().decode()

    def scrape(self):
        response, text = self.ask()
        check(response.status == 200, f"GET /metrics: {response.status}")
        return Exported(text)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        check(self.process.wait(WAIT_SECONDS) == 0, "a service did not end with 0")


def shop(bin_dir, service):
    """Seven commands, one of them refused, and three queries, one of them refused."""
    def orderctl(*words, code=0):
        ended = subprocess.run([bin_dir / "orderctl", "--server", service.word("grpc"), *words],
                               capture_output=True, text=True, timeout=WAIT_SECONDS)
        check((ended.returncode == 0) == (code == 0), f"orderctl {words}: {ended.stderr}")
    orderctl("groups", "create", "order-o1", "billing", "--from-beginning")
    orderctl("create", "--order", "o1", "--customer", "ada", "--currency", "EUR",
             "--item", "TEA:2:890", "--ship-to", "Ada Brown|12 Mill Lane|Berlin|10115|DE")
    orderctl("ship", "o1", "--shipment", "s1", "--all", code=1)
    orderctl("confirm", "o1")
    orderctl("capture-payment", "o1", "--payment", "p1", "--amount", "1780")
    for number in range(3):
        orderctl("create", "--order", f"more-{number}", "--customer", "bob", "--currency", "EUR",
                 "--item", "TEA:1:890")
    orderctl("get", "o1")
    orderctl("get", "no-such-order", code=1)
    orderctl("list")
    orderctl("verify")


def await_visible(service):
    """Until the read models have what was recorded, so that their histograms have it too."""
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        exported = service.scrape()
        counts = [exported.sum("orders_projection_visible_latency_seconds_count",
                               projection=projection) for projection in ("orders", "customers")]
        if all(counts):
            return exported
        time.sleep(0.05)
    sys.exit("the read models did not come along")


def check_counts(exported, kind):
    def commands(**labels):
        return exported.sum("orders_commands_total", **labels)
    check(commands(outcome="ok") == 6, f"{kind}: {commands(outcome='ok')} commands are ok, not 6")
    check(commands(outcome="refused", reason="NOT_CONFIRMED", command="ShipItems") == 1,
          f"{kind}: the refused command is not counted by its reason")
    check(commands(outcome="ok") + commands(outcome="refused") + commands(outcome="unknown")
          == exported.sum("orders_commands_started_total")
          - exported.sum("orders_commands_in_flight"), f"{kind}: commands do not add up")
    check(exported.sum("orders_command_duration_seconds_count") == commands(),
          f"{kind}: not every command is in the histogram")
    check(exported.sum("orders_queries_total", rpc="GetOrder", code="NOT_FOUND") == 1,
          f"{kind}: a query is not counted by its code")
    check(exported.sum("orders_store_reachable") == 1, f"{kind}: the store is out of reach")


def check_table(page, exported):
    rows = re.findall(r"^\| `([a-z0-9_]+)` \| (\w+) \| (.*?)\| .+ \|$",
                      page.split("\n## Metrics\n")[1].split("\n## ")[0], re.M)
    documented = {name: (kind, set(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows}
    check(len(documented) == len(rows), "docs/operations.md: a metric has two rows")
    for name, kind in exported.types.items():
        check(exported.helps.get(name), f"{name} has no HELP")
        if name not in documented:
            wrong.append(f"{name} is exported, and docs/operations.md has no row for it")
            continue
        has = (kind, exported.labels_of(name))
        check(documented[name] == has,
              f"{name}: docs/operations.md says {documented[name]}, exported is {has}")
    for name in documented.keys() - exported.types.keys():
        wrong.append(f"{name}: docs/operations.md has a row, and nobody exports it")


def check_expression(where, expression, exported):
    """Every metric that is asked for is exported, with the labels that are asked for."""
    names = re.findall(r"\b((?:orders|eventstoredb|process)_\w+|up)\b(?:\{([^}]*)\})?", expression)
    check(names, f"{where}: asks for no metric: {expression}")
    for name, selector in names:
        if name in NOT_OURS:
            continue
        family = exported.family_of(name)
        kind = exported.types.get(family)
        check(kind is not None, f"{where}: {name} is not exported")
        check((name != family) == (kind == "histogram"), f"{where}: {name} is a {kind}")
        for label in re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", selector):
            check(label in exported.labels_of(family) | {"job", "instance"},
                  f"{where}: {name} has no label {label}")
        for label, value in re.findall(r'(state|severity)="(\w+)"', selector):
            check(any(labels.get(label) == value for series, labels, _ in exported.series
                      if exported.family_of(series) == family),
                  f"{where}: {name} has no {label}={value}")


def check_alerts(sources, exported):
    rules = (sources / "deploy/prometheus/alerts.yml").read_text()
    tests = (sources / "tests/deploy/alerts_test.yml").read_text()
    alerts = re.findall(r"- alert: (\w+)(.*?)(?=\n\s*- alert:|\Z)", rules, re.S)
    for name, body in alerts:
        check_expression(f"alert {name}", re.search(r"^\s*expr: (.+)$", body, re.M).group(1),
                         exported)
        fires = re.search(rf"alertname: {name}\n\s*eval_time: \S+\n\s*exp_alerts:\n", tests)
        check(fires, f"alert {name}: no test makes it fire")
    check(alerts, "there are no alerts")
    promtool("check", "rules", str(sources / "deploy/prometheus/alerts.yml"))
    promtool("check", "config", str(sources / "deploy/prometheus/prometheus.yml"))
    promtool("test", "rules", str(sources / "tests/deploy/alerts_test.yml"))


def check_dashboard(sources, exported, folder):
    dashboard = json.loads((sources / "deploy/grafana/orders.json").read_text())
    panels = dashboard["panels"]
    check(len({panel["id"] for panel in panels}) == len(panels), "dashboard: an id is used twice")
    taken, rules = set(), ["groups: [{name: dashboard, rules: ["]
    for panel in panels:
        where, place = f"dashboard, \"{panel['title']}\"", panel["gridPos"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                 for y in range(place["y"], place["y"] + place["h"])}
        check(place["x"] + place["w"] <= 24 and not cells & taken, f"{where}: lies over another")
        taken |= cells
        for target in panel.get("targets", []):
            expression = target["expr"]
            check_expression(where, expression, exported)
            plain = expression.replace("$__rate_interval", "1m").replace("$instance", ".*")
            check("$" not in plain, f"{where}: a variable that is none: {expression}")
            for label in re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]):
                check(label == "instance" or re.search(rf"\b{label}\b", expression) or
                      any(label in exported.labels_of(exported.family_of(name)) for name in
                          re.findall(r"\b\w+_\w+\b", expression)),
                      f"{where}: no label {label} for the legend")
            rules.append(json.dumps({"record": "dashboard:expression", "expr": plain,
                                     "labels": {"n": str(len(rules))}}) + ",")
    check(len(rules) > 1, "the dashboard asks for nothing")
    written = pathlib.Path(folder) / "dashboard.yml"
    written.write_text("\n".join(rules) + "]}]\n")
    promtool("check", "rules", str(written))


def check_http(service):
    response, body = service.ask("HEAD")
    check((response.status, body) == (200, ""), f"HEAD: {response.status}")
    check(int(response.headers["Content-Length"]) > 1000, "HEAD: tells no length")
    response, _ = service.ask(path="/")
    check(response.status == 404, f"GET /: {response.status}")
    response, _ = service.ask("POST")
    check((response.status, response.headers["Allow"]) == (405, "GET, HEAD"),
          f"POST: {response.status}")
    host, port = service.word("metrics").split(":")
    with socket.create_connection((host, int(port)), WAIT_SECONDS) as raw:
        raw.sendall(b"GET /metrics HTTP/1.1\r\nCookie: " + b"x" * 9000 + b"\r\n\r\n")
        check(raw.recv(12) == b"HTTP/1.1 431", "a header of 9000 bytes is not 431")


def main():
    global WAIT_SECONDS
    bin_dir, sources = map(pathlib.Path, sys.argv[1:3])
    WAIT_SECONDS *= int(sys.argv[3]) if len(sys.argv) > 3 else 1
    if shutil.which("promtool") is None:
        sys.exit("promtool is missing: install the Debian package prometheus")
    with tempfile.TemporaryDirectory(prefix="orders-metrics-") as folder, \
            contextlib.ExitStack() as stack:
        any_port = "127.0.0.1:0"
        store = Service(stack, bin_dir, "store", "--data", f"{folder}/store", "--listen", any_port,
                        "--metrics-listen", any_port)
        on_server = Service(stack, bin_dir, "serve", "--data", f"{folder}/views", "--grpc-listen",
                            any_port, "--metrics-listen", any_port, "--store",
                            f"esdb://{store.word('store')}?tls=false")
        embedded = Service(stack, bin_dir, "serve", "--data", f"{folder}/data", "--grpc-listen",
                           any_port, "--metrics-listen", any_port, "--store-listen", any_port,
                           "--webhook-hosts", "hooks.example")
        seen = []
        for kind, service in (("embedded", embedded), ("on a server", on_server)):
            shop(bin_dir, service)
            seen.append(await_visible(service))
            check_counts(seen[-1], kind)
        seen.append(store.scrape())
        check(seen[-1].sum("eventstoredb_log_appends_total", outcome="written") >= 6 and
              seen[-1].sum("eventstoredb_node_subscriptions") >= 1 and
              seen[-1].sum("eventstoredb_node_connections") >= 1,
              "the store alone does not count what the service on it does")
        check(seen[1].sum("eventstoredb_client_connections_total") == 1 and
              seen[1].sum("eventstoredb_client_calls_in_flight") >= 1,
              "the service on a server does not count what its client does")
        check(not any(name.startswith("orders_") for name in
                      seen[2].types.keys() - {"orders_build_info"}),
              "the store alone speaks of orders")
        for exported in seen:
            promtool("check", "metrics", input=exported.text)
        exported = Exported("".join(each.text for each in seen))
        check_table((sources / "docs/operations.md").read_text(), exported)
        check_alerts(sources, exported)
        check_dashboard(sources, exported, folder)
        check_http(embedded)
        # Who is connected and says nothing does not hold up a stop.
        host, port = embedded.word("metrics").split(":")
        with socket.create_connection((host, int(port))):
            embedded.stop()
        on_server.stop()
        store.stop()
    for line in wrong:
        print(line)
    print(f"{len(exported.types)} metrics, {len(exported.series)} time series")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
