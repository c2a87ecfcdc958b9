"""Many clients that do nothing, or nothing good, and what good ones notice of them."""
import statistics
import time

from fronts import CrowdProxy
from harness import expect
from idle import Crowd, Footprint, most_sessions
from load import Load
from proxy_rate import spread
from servers import Sink

SESSIONS = 19000
TARPIT = 30  # seconds that each answer takes; the first ones are spread over as many, so that answers flow evenly
KINDS = {"idle": "idle, after EHLO", "tarpit": f"tarpitted: a wrong command as soon as the last was answered, in {TARPIT} s"}
RATE = 500  # good messages a second, a connection each
TARGET_KIB = 14
TARGET_RATIO = 1.2  # of the p99 beside them to the p99 without them


def one_round(folder, kind, sessions, seconds):
    """Figures of a server that is without the crowd, with it, and without it again."""
    sink = Sink(folder)
    server = CrowdProxy(folder, sink)
    try:
        load = Load(server, sink)
        load.run("new", min(1, seconds))
        alone = load.run("new", seconds, rate=RATE)
        footprint = Footprint(server)
        crowd = Crowd(server.crowd_port, sessions, kind, TARPIT * sessions / SESSIONS)
        time.sleep(1)
        user, kernel = footprint.kib(sessions)
        beside = load.run("new", seconds, rate=RATE)
        expect(crowd.is_there(), "the server has hung up on the crowd")
        crowd.leave()
        time.sleep(2)
        after = load.run("new", seconds, rate=RATE)
    finally:
        server.stop()
        sink.stop()
    alone99, alone50 = ((alone[key] + after[key]) / 2 for key in ("p99_us", "p50_us"))
    return {"user": user, "kernel": kernel, "kib": user + kernel, "alone": alone99, "beside": beside["p99_us"],
            "ratio": beside["p99_us"] / alone99, "alone50": alone50, "beside50": beside["p50_us"]}


def median(rounds, key):
    return statistics.median(figures[key] for figures in rounds)


def print_tables(sessions, results):
    print(f"\n{sessions:,} clients that hold a session each, KiB a session:\n\n"
          "| | the process, page tables included | the kernel | together, median | all rounds |\n|---|--:|--:|--:|--:|")
    for kind, rounds in results.items():
        print(f"| {KINDS[kind]} | {median(rounds, 'user'):.1f} | {median(rounds, 'kernel'):.1f} | "
              f"{spread([r['kib'] for r in rounds], 1)} |")
    print(f"\n{RATE} good messages a second beside them, a connection each, from when it was due to the last reply:\n\n"
          "| | p50 ms without | p50 ms with | p99 ms without | p99 ms with | ratio of p99, median | all rounds |\n"
          "|---|--:|--:|--:|--:|--:|--:|")
    for kind, rounds in results.items():
        times = " | ".join(f"{median(rounds, key) / 1000:.2f}" for key in ("alone50", "beside50", "alone", "beside"))
        print(f"| {kind} | {times} | {spread([r['ratio'] for r in rounds], 2)} |", flush=True)


def measure_proxy_crowd(folder, rounds, seconds, share):
    """Prints the tables; returns sentences about targets that were missed."""
    sessions = most_sessions(int(SESSIONS * share))
    results = {kind: [] for kind in KINDS}
    for _ in range(rounds):
        for kind in KINDS:
            results[kind].append(one_round(folder, kind, sessions, 1.5 * seconds))
    print_tables(sessions, results)
    missed = []
    for kind, found in results.items():
        kib, ratio = median(found, "kib"), median(found, "ratio")
        if not kib <= TARGET_KIB:
            missed.append(f"{kind}: {kib:.1f} KiB a session, wanted {TARGET_KIB}")
        if ratio > TARGET_RATIO:
            missed.append(f"{kind}: p99 of good messages {ratio:.2f} times what it was without, wanted {TARGET_RATIO}")
    return missed
