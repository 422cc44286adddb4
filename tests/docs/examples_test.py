#!/usr/bin/env python3
"""Runs every `$ ` command of the ```console blocks of the documentation, as it is printed, and then
every `orderctl` command of README's table of promises; there TOKEN stands for a position token.

usage: examples_test.py BIN_DIR PAGE...
ORDERS_SERVER and ORDERS_HTTP are the service's addresses.
The pages run in the order given, against one fresh service, in one shell: what a page sets up the
next may use. A command that fails, fails the test.
"""
import json
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


def promises_of(page):
    """The table's commands, and how often each is to be run."""
    with open(page) as text:
        table = text.read().split("## What it keeps")[-1].split("\n## ")[0]
    return [(command, 2 if twice else 1)
            for command, twice in re.findall(r"`(orderctl [^`]+)`(, twice)?", table)]


def keep_promises(page, environment, folder):
    promises = promises_of(page)
    for command, times in promises:
        for _ in range(times):
            answer = subprocess.run(["orderctl", "get", "first", "-o", "json"], env=environment,
                                    capture_output=True, text=True, timeout=30, check=True)
            token = json.loads(answer.stdout)["freshness"]["position_token"]
            ended = subprocess.run(["bash", "-c", command.replace("TOKEN", token)],
                                   env=environment, cwd=folder, capture_output=True, text=True,
                                   timeout=60)
            if ended.returncode != 0:
                sys.exit(f"{page}: a promise is not kept ({ended.returncode}): {command}\n"
                         f"{ended.stderr[-1000:]}")
    return len(promises)


def main():
    bin_dir, pages = os.path.abspath(sys.argv[1]), sys.argv[2:]
    found = {page: commands_of(page) for page in pages}
    for page, commands in found.items():
        if not commands:
            sys.exit(f"{page}: no example found")
    with tempfile.TemporaryDirectory(prefix="orders-docs-") as folder:
        service = subprocess.Popen(
            [os.path.join(bin_dir, "orderd"), "serve", "--data", os.path.join(folder, "data"),
             "--grpc-listen", "127.0.0.1:0", "--http-listen", "127.0.0.1:0",
             "--webhook-hosts", "shop.example"],
            stdout=subprocess.PIPE, text=True)
        try:
            ready = service.stdout.readline()
            address = re.search(r"grpc=(\S+)", ready).group(1)
            web = re.search(r"http=(\S+)", ready).group(1)
            environment = dict(os.environ, ORDERS_SERVER=address, ORDERS_HTTP=f"http://{web}",
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
                if os.path.basename(page) == "README.md":
                    promises = keep_promises(page, environment, folder)
                    if not promises:
                        sys.exit(f"{page}: no promise found")
                    print(f"{page}: {promises} promises kept")
        finally:
            service.terminate()
            if service.wait(timeout=30) != 0:
                sys.exit("the service did not end with 0")


if __name__ == "__main__":
    main()
