#!/usr/bin/env python3
"""Does what docs/access.md says: makes a token, writes the file of tokens that the page shows, with that
token's hash in it, and asks the real program whether it is in order.

usage: access_test.py ORDERD PAGE
"""
import pathlib
import re
import subprocess
import sys
import tempfile


def block(page, language):
    return re.search(rf"^```{language}\n(.*?)^```", page, re.S | re.M).group(1)


def check(orderd, tokens):
    return subprocess.run([orderd, "--check-config", "--tokens", tokens], capture_output=True,
                          text=True, timeout=60)


def main():
    orderd, page = sys.argv[1], pathlib.Path(sys.argv[2]).read_text()
    made = subprocess.run(["bash", "-euo", "pipefail", "-c",
                           block(page, "") + "\nprintf '%s\\n' \"$TOKEN\""],
                          capture_output=True, text=True, timeout=60, check=True).stdout
    digest, token = re.fullmatch(r"([0-9a-f]{64})  -\n(\S+)\n", made).groups()
    if re.fullmatch(r"orders_[A-Za-z0-9_-]{43}", token) is None:
        sys.exit(f"the page makes no token, but {token}")
    text = re.sub(r"(?<=sha256 = \")[0-9a-f]{64}", digest, block(page, "toml"), count=1)
    if digest not in text:
        sys.exit("the page's file has no place for a hash")
    with tempfile.TemporaryDirectory(prefix="orders-access-") as folder:
        tokens = pathlib.Path(folder) / "tokens.toml"
        tokens.write_text(text)
        tokens.chmod(0o600)
        taken = check(orderd, tokens)
        if taken.returncode != 0:
            sys.exit(f"the page's file is refused: {taken.stderr}")
        tokens.chmod(0o644)
        refused = check(orderd, tokens)
        if refused.returncode != 78 or "chmod 600" not in refused.stderr:
            sys.exit(f"everyone may read it: {refused.returncode} {refused.stderr}")
    print("a token was made, and its file was taken")


if __name__ == "__main__":
    main()
