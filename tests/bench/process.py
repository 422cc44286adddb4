"""A server that is measured."""
import os
import signal
import subprocess
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
        # "ready HOST:PORT", or "orderd ready grpc=HOST:PORT" or store=.
        words = [word.split("=")[-1] for word in self.ready.split()]
        self.target = next(word for word in words if ":" in word)

    def word(self, key):
        """What the ready line says of `key`, as "http"."""
        return next(word.split("=", 1)[1] for word in self.ready.split()
                    if word.startswith(key + "="))

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
