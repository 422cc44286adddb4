"""GET of an order over HTTP, against a bare server that sends the very same bytes."""
from bench import median_of

PROGRAM = "bench_http_load_client"


class HttpBench:
    def __init__(self, bench):
        self.bench = bench

    def run(self):
        service = self.bench.orderd(self.bench.path("http-data"), "--http-listen", "127.0.0.1:0")
        target = service.word("http")
        prefix = self.bench.new_prefix()
        made = self.bench.load(service, "create", 64, prefix=prefix)
        asked = {"prefix": prefix, "orders": min(10_000, int(made["calls"]) - 64)}
        answer = self.bench.path("answer.http")
        first = self.bench.measure([service], PROGRAM, "get", 64, target=target,
                                   answer_file=answer, **asked)
        self.bench.row("bytes of a GET's answer over HTTP (also the bare server's)",
                       str(first["response_bytes"]))
        bare = self.bench.start_program("bench_http_bare_server", answer)
        for in_flight in (1, 64):
            samples = {"get": [], "bare": []}
            for _ in range(self.bench.rounds):
                samples["bare"].append(self.bench.measure([bare], PROGRAM, "get", in_flight,
                                                          target=bare.target, **asked))
                samples["get"].append(self.bench.measure([service], PROGRAM, "get", in_flight,
                                                         target=target, **asked))
            self.bench.rates("HTTP GET of an order", samples, in_flight)
            has_goal = in_flight == 64
            self.bench.ratio("HTTP GET of an order", samples, "get", "bare", in_flight,
                             "goal >= 0.8" if has_goal else "")
            p99 = median_of(samples["get"], "p99_ms") / median_of(samples["bare"], "p99_ms")
            self.bench.row(f"HTTP GET of an order: p99 of get / of bare, {in_flight} in flight",
                           f"{p99:.2f}", "goal <= 1.3" if has_goal else "")
        bare.stop()
        service.stop()
