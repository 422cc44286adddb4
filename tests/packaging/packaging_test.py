#!/usr/bin/env python3
"""The Debian package: made, looked at by lintian, unpacked, and what is in it tried."""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

BUILD = pathlib.Path(sys.argv[1])
EXPOSURE_MAX = 20  # Tenths, of systemd-analyze security: 0 is nothing exposed, 100 all.
faults = []


def check(is_good, text):
    if not is_good:
        faults.append(text)


def run(*words, **options):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, **options)


def make_package(folder):
    made = run("cpack", "--config", BUILD / "CPackConfig.cmake", "-B", folder)
    packages = list(folder.glob("*.deb"))
    if made.returncode != 0 or len(packages) != 1:
        sys.exit(f"cpack: {made.stdout}{made.stderr}")
    return packages[0]


def check_package(package):
    looked = run("lintian", "--fail-on", "error,warning", "--tag-display-limit", "0", package)
    check(looked.returncode == 0, f"lintian: {looked.stdout}{looked.stderr}")


def check_programs(root):
    for program in ("orderd", "orderctl"):
        told = run(root / "usr/bin" / program, "--version")
        check(told.returncode == 0 and told.stdout.startswith(program), f"{program}: {told}")
        page = root / f"usr/share/man/man1/{program}.1.gz"
        text = subprocess.run(["gzip", "-dc", page], capture_output=True, check=True).stdout
        lint = subprocess.run(["mandoc", "-Tlint", "-Wwarning"], input=text, capture_output=True)
        check(lint.returncode == 0, f"{page.name}: {lint.stdout.decode()}")


def check_unit(root):
    units = root / "lib/systemd/system"
    unit = units / "orderd.service"
    for target in pathlib.Path("/lib/systemd/system").glob("*.target"):
        shutil.copy(target, units)  # What every machine has.
    (root / "bin").mkdir(exist_ok=True)
    shutil.copy("/bin/sh", root / "bin/sh")  # This too.
    verified = run("systemd-analyze", "verify", "--man=no", f"--root={root}", "orderd.service")
    faulty = [line for line in verified.stderr.splitlines() if "orderd" in line]
    check(not faulty, f"systemd-analyze verify: {faulty}")
    secure = run("systemd-analyze", "security", "--offline=true",
                 f"--threshold={EXPOSURE_MAX}", unit)
    check(secure.returncode == 0, f"systemd-analyze security: {secure.stdout[-300:]}")


def check_start(root, folder):
    """As systemd starts it: with the file of settings as it is shipped, and told when it is ready."""
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.bind(str(folder / "notify"))
    manager.settimeout(60)
    config = root / "etc/orders/orderd.toml"
    config.write_text(config.read_text().replace('#grpc-listen = "127.0.0.1:50051"',
                                                 'grpc-listen = "127.0.0.1:0"'))
    service = subprocess.Popen(
        [root / "usr/bin/orderd", "--config", config, "--data", folder / "data"],
        env={**os.environ, "NOTIFY_SOCKET": str(folder / "notify")},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        ready = manager.recv(1000).decode()
        check(ready.startswith("READY=1"), f"notified: {ready}")
        line = service.stdout.readline()
        check(line.startswith("orderd ready grpc=127.0.0.1:"), f"ready line: {line}")
        check(":50051" not in line, f"the file was not read: {line}")
        service.send_signal(signal.SIGTERM)
        stopping = manager.recv(1000).decode()
        check(stopping.startswith("STOPPING=1"), f"notified: {stopping}")
        check(service.wait(60) == 0, f"exit {service.returncode}")
    finally:
        service.kill()
        service.communicate()


def completed_by_bash(script, line):
    asked = f"""source {script}
COMP_WORDS=({line.rstrip()}{" ''" if line.endswith(" ") else ""})
COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_orderctl
printf '%s\\n' "${{COMPREPLY[@]}}" """
    return run("bash", "--norc", "-c", asked)


def completed_by_zsh(script, line):
    """With what zsh's completion has for functions replaced by what prints."""
    asked = f"""compdef() {{ : }}
_files() {{ : }}
_describe() {{ print -l -- ${{(P)2}} }}
source {script}
words=({line.rstrip()}{" ''" if line.endswith(" ") else ""})
CURRENT=$#words
_orderctl"""
    return run("zsh", "-f", "-c", asked)


def completed_by_fish(script, line):
    return run("fish", "--no-config", "-c", f"source {script}; complete -C '{line}'")


def check_completions(root):
    share = root / "usr/share"
    shells = {
        "bash": lambda line: completed_by_bash(
            share / "bash-completion/completions/orderctl", line),
        "fish": lambda line: completed_by_fish(
            share / "fish/vendor_completions.d/orderctl.fish", line),
        "zsh": lambda line: completed_by_zsh(
            share / "zsh/vendor-completions/_orderctl", line),
    }
    for shell, complete in shells.items():
        for line, wanted, unwanted in (
                ("orderctl ", "dead-letters", "retry-all"),
                ("orderctl dead-letters ", "retry-all", "add-item"),
                ("orderctl hold --kind ", "fraud", "dead-letters"),
                ("orderctl list -o ", "ndjson", "dead-letters")):
            told = complete(line)
            check(told.returncode == 0 and wanted in told.stdout and unwanted not in told.stdout,
                  f"{shell}, after {line!r}: {told.stdout!r} {told.stderr!r}")


def main():
    for tool in ("cpack", "lintian", "mandoc", "systemd-analyze", "bash", "zsh", "fish"):
        if shutil.which(tool) is None:
            sys.exit(f"{tool} is missing: ./dev installs what dependencies.apt lists")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        package = make_package(folder)
        check_package(package)
        root = folder / "root"
        subprocess.run(["dpkg-deb", "-x", package, root], check=True)
        check_programs(root)
        check_unit(root)
        check_start(root, folder)
        check_completions(root)
    for fault in faults:
        print(fault)
    sys.exit(1 if faults else 0)


main()
