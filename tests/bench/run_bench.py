#!/usr/bin/env python3
"""Compares the service and the store with bare servers within one run, and prints one table.

usage: run_bench.py BUILD_DIR [--quick] [--orders N] [--only service|http|big|store]
Writes BUILD_DIR/bench.json. Everything runs on loopback and in temporary folders. The service is
also measured on the server that the environment's EVENTSTOREDB_URL names, if it does.
"""
import argparse
import json
import os

from bench import Bench
from http_bench import HttpBench
from service_bench import ServiceBench
from store_bench import StoreBench


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("--quick", action="store_true", help="one short round, 20,000 orders")
    parser.add_argument("--orders", type=int, default=0, help="of the generated store")
    parser.add_argument("--only", choices=("service", "http", "big", "store"),
                        help="the service; its HTTP; the service on the generated store; the store")
    options = parser.parse_args()
    bench = Bench(options.build, options.quick)
    service = ServiceBench(bench)
    parts = {"service": service.run,
             "http": HttpBench(bench).run,
             "store": StoreBench(bench).run,
             "big": lambda: service.big(options.orders or (20_000 if options.quick
                                                           else 1_000_000))}
    try:
        for name, part in parts.items():
            if options.only in (None, name):
                part()
    finally:
        bench.close()
    with open(os.path.join(options.build, "bench.json"), "w") as out:
        json.dump({"rows": bench.rows, "samples": bench.results}, out, indent=1)


if __name__ == "__main__":
    main()
