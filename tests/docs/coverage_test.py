#!/usr/bin/env python3
"""Holds the table of protocol checks against the tests.

usage: coverage_test.py SOURCE_DIR
Every number of a server's and a client's check stands in a test's name or in
docs/protocol-coverage.md, and every test and recorded scenario that the page names exists.
"""
import json
import pathlib
import re
import sys

SERVER_CHECKS = range(1, 200)
CLIENT_CHECKS = range(1, 79)


def tests_of(sources):
    names = set()
    for source in (sources / "tests").rglob("*.cc"):
        found = re.findall(r"^TEST(?:_[FP])?\(\s*(\w+),\s*(\w+)\s*\)", source.read_text(), re.M)
        names.update(".".join(name) for name in found)
    return names


def scenarios_of(sources):
    return {scenario["name"] for recording in (sources / "tests/golden/protocol").glob("*.json")
            for scenario in json.loads(recording.read_text())}


def numbers_in_names(names, letter):
    return {int(number) for name in names
            for number in re.findall(rf"(?<![A-Z]){letter}(\d+)_", name)}


def numbers_in_rows(rows, letter):
    numbers = set()
    for row in rows:
        in_first_cell = row.split("|")[1]
        for first, last in re.findall(rf"\b{letter}(\d+)(?: to {letter}(\d+))?", in_first_cell):
            numbers.update(range(int(first), int(last or first) + 1))
    return numbers


def main():
    sources = pathlib.Path(sys.argv[1])
    page = (sources / "docs/protocol-coverage.md").read_text()
    rows = [line for line in page.split("## The checks, by number")[1].splitlines()
            if line.startswith("| ")]
    tests, scenarios = tests_of(sources), scenarios_of(sources)
    wrong = []
    for letter, checks in (("S", SERVER_CHECKS), ("C", CLIENT_CHECKS)):
        known = numbers_in_names(tests, letter) | numbers_in_rows(rows, letter)
        wrong += [f"{letter}{number}: no test has it in its name, and no table says why"
                  for number in checks if number not in known]
    named = [name for row in rows
             for name in re.findall(r"`(\w+\.\w+|[a-z0-9_]+(?:-[a-z0-9_]+)+)`", row)]
    wrong += [f"{name}: the page names it, and there is no such test or scenario"
              for name in named if name not in tests and name not in scenarios]
    if not named:
        wrong.append("the page names no test")
    for line in wrong:
        print(line)
    print(f"{len(tests)} tests, {len(named)} of them named by the page")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
