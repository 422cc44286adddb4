#!/usr/bin/env python3
"""Runs every `$ ` command of the ```console blocks of the documentation, as it is printed.

usage: examples_test.py BIN_DIR PAGE...
The pages run in the order given, against one fresh service, in one shell: what a page sets up the
next may use. A command that fails, fails the test.
"""
import os
import re
import subprocess
import sys
import tempfile


def commands_of(page):
    with open(page) as text:
        blocks = re.findall(r"^```console\n(.*?)^```", text.read(), re.S | re.M)
    commands = []
    for block in blocks:
        for line in block.splitlines():
            if line.startswith("$ "):
                commands.append(line[2:])
            elif commands and commands[-1].endswith("\\"):
                commands[-1] += "\n" + line
    return commands


def main():
    bin_dir, pages = os.path.abspath(sys.argv[1]), sys.argv[2:]
    found = {page: commands_of(page) for page in pages}
    for page, commands in found.items():
        if not commands:
            sys.exit(f"{page}: no example found")
    with tempfile.TemporaryDirectory(prefix="orders-docs-") as folder:
        service = subprocess.Popen(
            [os.path.join(bin_dir, "orderd"), "serve", "--data", os.path.join(folder, "data"),
             "--grpc-listen", "127.0.0.1:0"],
            stdout=subprocess.PIPE, text=True)
        try:
            ready = service.stdout.readline()
            address = re.search(r"grpc=(\S+)", ready).group(1)
            environment = dict(os.environ, ORDERS_SERVER=address,
                               PATH=bin_dir + os.pathsep + os.environ["PATH"])
            for page, commands in found.items():
                script = "set -e\n" + "\n".join(
                    f"echo '+ example {number}' >&2\n{command}"
                    for number, command in enumerate(commands, 1))
                ended = subprocess.run(["bash", "-c", script], env=environment, cwd=folder,
                                       capture_output=True, text=True, timeout=120)
                if ended.returncode != 0:
                    number = ended.stderr.count("+ example ")
                    sys.exit(f"{page}: example failed with {ended.returncode}:\n"
                             f"  {commands[number - 1]}\n{ended.stderr[-1000:]}")
                print(f"{page}: {len(commands)} examples ran")
        finally:
            service.terminate()
            if service.wait(timeout=30) != 0:
                sys.exit("the service did not end with 0")


if __name__ == "__main__":
    main()
