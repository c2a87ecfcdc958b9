"""Many clients that do nothing, or nothing good, and what good ones notice of them."""
import statistics
import time

from fronts import CrowdProxy
from idle import Crowd, Footprint
from load import Load
from proxy_rate import spread
from servers import Sink

SESSIONS = 19000
TARPIT = 15  # seconds that each answer takes; the first ones are spread over as many, so that answers flow evenly
KINDS = {"idle": "idle, after EHLO", "tarpit": f"tarpitted: a wrong command as soon as the last was answered, in {TARPIT} s"}
RATE = 500  # good messages a second, a connection each
RUNS = 3  # of them, of half the seconds, before the crowd, beside it and after it
TARGET_KIB = 14
TARGET_RATIO = 1.2  # of the p99 beside them to the p99 without them


def good_messages(load, runs, seconds):
    """(p50, p99) in us, each the median of several runs one behind the other, so that one hitch of the machine counts in
    one of them only."""
    figures = [load.run("new", seconds, rate=RATE) for _ in range(runs)]
    return tuple(statistics.median(each[key] for each in figures) for key in ("p50_us", "p99_us"))


def one_round(folder, kind, sessions, runs, seconds):
    """Figures of a server that is without the crowd, with it, and without it again."""
    sink = Sink(folder)
    server = CrowdProxy(folder, sink, TARPIT)
    try:
        load = Load(server, sink)
        load.run("new", min(1, seconds))
        before = good_messages(load, runs, seconds)
        footprint = Footprint(server)
        crowd = Crowd(server.crowd_port, sessions, kind, TARPIT * sessions / SESSIONS)
        time.sleep(1)
        user, kernel = footprint.kib(sessions)
        beside50, beside99 = good_messages(load, runs, seconds)
        crowd.leave()
        time.sleep(2)
        after = good_messages(load, runs, seconds)
    finally:
        server.stop()
        sink.stop()
    alone50, alone99 = ((one + other) / 2 for one, other in zip(before, after))
    return {"user": user, "kernel": kernel, "kib": user + kernel, "alone": alone99, "beside": beside99,
            "ratio": beside99 / alone99, "alone50": alone50, "beside50": beside50}


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
    sessions, runs = int(SESSIONS * share), RUNS if share == 1 else 1
    results = {kind: [] for kind in KINDS}
    for _ in range(rounds):
        for kind in KINDS:
            results[kind].append(one_round(folder, kind, sessions, runs, seconds / 2))
    print_tables(sessions, results)
    missed = []
    for kind, found in results.items():
        kib, ratio = median(found, "kib"), median(found, "ratio")
        if not kib <= TARGET_KIB:
            missed.append(f"{kind}: {kib:.1f} KiB a session, wanted {TARGET_KIB}")
        if ratio > TARGET_RATIO:
            missed.append(f"{kind}: p99 of good messages {ratio:.2f} times what it was without, wanted {TARGET_RATIO}")
    return missed
