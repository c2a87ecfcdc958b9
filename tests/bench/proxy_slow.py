"""Ten thousand clients that are slow over a message each, before few connections to the server behind."""
import time

from fronts import SlowProxy
from harness import expect
from idle import Crowd, Footprint
from load import BYTES
from proxy_rate import spread
from servers import Sink

SESSIONS = 10000
SECONDS = 20  # that each takes for its message
STEPS = 13  # commands and pieces of content, each as long after the one before (crowd.c)
# When the proxy asks for a connection, and which clients come: all slow, or quick with their commands and slow with the rest.
CASES = (("dot", "slow"), ("rcpt", "slow"), ("rcpt", "hasty"))


def one_round(folder, connect, clients, sessions, seconds):
    """Figures of a server started for it."""
    sink = Sink(folder)
    server = SlowProxy(folder, sink, connect, seconds / STEPS)
    try:
        footprint, cpu = Footprint(server), server.cpu_seconds()
        crowd = Crowd(server.crowd_port, sessions, clients, seconds, BYTES, 1)
        time.sleep(seconds * 0.8)
        user, kernel = footprint.kib(sessions)
        began = time.monotonic()
        words = crowd.popen.stdout.readline().split()
        late = time.monotonic() - began - seconds * 0.2
        expect(len(words) == 4, "the slow clients did not come to their end")
        crowd.leave()
        cpu = (server.cpu_seconds() - cpu) * 1e6 / sessions
        took, refused = int(words[1]), int(words[3])
        sink.wait_for(took)
        messages, unique, most = sink.counts()
    finally:
        server.stop()
        sink.stop()
    return {"took": took, "refused": refused, "arrived": unique, "twice": messages - unique, "most": most,
            "user": user, "kernel": kernel, "cpu": cpu, "late": late}


def print_table(results, sessions, seconds):
    print(f"\n{sessions:,} clients at once, each of which takes {seconds:g} s for a message of {BYTES:,} bytes, and "
          f"{SlowProxy.connections} connections to the server behind; counts are those of the worst round:\n\n"
          "| `connect` | clients | answered 250 | refused | at the sink, of them twice | most connections there "
          "| KiB a client, process: median | all rounds | kernel: median | all rounds | CPU us a client: median | all rounds "
          "| s to the last answer, after the last byte was due: median | all rounds |\n"
          "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    for (connect, clients), found in results.items():
        took, arrived = (min(figures[key] for figures in found) for key in ("took", "arrived"))
        refused, twice, most = (max(figures[key] for figures in found) for key in ("refused", "twice", "most"))
        columns = " | ".join(spread([figures[key] for figures in found], digits)
                             for key, digits in (("user", 1), ("kernel", 1), ("cpu", 0), ("late", 1)))
        print(f"| {connect} | {clients} | {took:,} | {refused:,} | {arrived:,}, {twice} | {most} | {columns} |", flush=True)


def judge(case, figures, sessions):
    """Sentences about targets that a round missed."""
    missed = []
    if figures["took"] != sessions or figures["arrived"] != sessions:
        missed.append(f"{case}: of {sessions} slow clients {figures['took']} were answered 250, and "
                      f"{figures['arrived']} messages arrived")
    if figures["most"] > SlowProxy.connections:
        missed.append(f"{case}: {figures['most']} connections to the server behind, wanted {SlowProxy.connections}")
    return missed


def measure_proxy_slow(folder, rounds, share):
    """Prints a table; returns sentences about targets that were missed."""
    sessions, seconds = int(SESSIONS * share), SECONDS * max(share, 0.1)
    results = {case: [] for case in CASES}
    for _ in range(rounds):
        for case, found in results.items():
            found.append(one_round(folder, *case, sessions, seconds))
    print_table(results, sessions, seconds)
    return [sentence for case, found in results.items() for figures in found
            for sentence in judge(" ".join(case), figures, sessions)]
