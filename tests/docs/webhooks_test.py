#!/usr/bin/env python3
"""Runs what docs/operations.md tells receivers of webhooks to verify messages with.

usage: webhooks_test.py OPERATIONS_PAGE
"""
import pathlib
import re
import sys
import time

# The example of Standard Webhooks' own libraries.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"test": 2432232314}'
HEADERS = {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330",
           "webhook-signature": "v1,bm9uZQ== v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}


def main():
    page = pathlib.Path(sys.argv[1]).read_text()
    (code,) = re.findall(r"^```python\n(.*?def is_genuine.*?)^```", page, re.S | re.M)
    names = {}
    exec(code, names)
    is_genuine = names["is_genuine"]
    age = time.time() - int(HEADERS["webhook-timestamp"]) + 60
    wrong = []
    if not is_genuine(SECRET, HEADERS, BODY, age):
        wrong.append("the standard's own example is refused")
    if is_genuine(SECRET, HEADERS, BODY):
        wrong.append("an old message is taken")
    if is_genuine(SECRET, HEADERS, BODY + b" ", age):
        wrong.append("another body is taken")
    if is_genuine(SECRET, {**HEADERS, "webhook-id": "other"}, BODY, age):
        wrong.append("another id is taken")
    if is_genuine("whsec_" + "A" * 32, HEADERS, BODY, age):
        wrong.append("another secret is taken")
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
