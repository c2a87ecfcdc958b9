"""The benchmark of the proxy, beside HAProxy and nginx: one short round of small crowds, so that it does not rot. Its figures
say nothing."""
import os
import re
import sys

from harness import TOP, expect, must_run, run, test

BENCH = TOP / "tests" / "bench"
sys.path.append(str(BENCH))
import stage  # noqa: E402

PARTS = ("a connection each", "ten a connection", "clients that hold a session each", "good messages a second beside them",
         "sessions at once that each send a large message", "clients at once, each of which takes")


def rows(text, part):
    """The lines of the table behind the words."""
    table = re.search(re.escape(part) + r".*\n\n((?:\|.*\n)+)", text)
    return table[1].splitlines()[2:] if table else []


@test("bench: a short round of make bench-proxy")
def short_round(lab):
    stage.build()
    for root in ("haproxy", "nginx"):
        expect(root not in lab.broken, f"{root} cannot be used: {lab.broken.get(root)}")
    text = must_run(["env", f"{stage.INSIDE}=1", BENCH / "run-proxy", "--quick"], seconds=90)
    for part in PARTS:
        expect(rows(text, part), f"there is no table of: {part}\n{text}")


@test("bench: a crowd that is smaller than wanted is a failure")
def too_small(lab):
    stage.build()
    words = ["prlimit", "--nofile=5000:5000", "env", f"{stage.INSIDE}=1", BENCH / "run-proxy", "crowd"]
    status, out = run(words, env={**os.environ}, seconds=20)
    expect(status == 1 and "19,000 sessions need 20,000 descriptors" in out, f"status {status}: {out}")
