"""CPU time a message of three proxies that pass mail on: HAProxy, nginx and sluice, in turns."""
import statistics

from fronts import FRONTS, Haproxy, Proxy
from load import BYTES, CLIENTS, Load
from servers import Sink

MODES = {"new": "a connection each", "10": "ten a connection"}
TARGET_RATIO = 1.5  # sluice's CPU time a message to HAProxy's


def one_server(kind, folder, seconds):
    """{mode: figures} of a server started for it and warmed up."""
    sink = Sink(folder)
    server = kind(folder, sink)
    try:
        load = Load(server, sink)
        load.run("new", min(1, seconds))
        return {mode: load.run(mode, seconds) for mode in MODES}
    finally:
        server.stop()
        sink.stop()


def spread(values, digits=0):
    """Median, and from the least to the greatest."""
    low, middle, high = (f"{value:,.{digits}f}" for value in (min(values), statistics.median(values), max(values)))
    return f"{middle} | {low} to {high}"


def print_table(mode, results):
    print(f"\n{CLIENTS} clients, messages of {BYTES:,} bytes, {MODES[mode]}:\n\n"
          "| proxy | CPU us a message, median | all rounds | against HAProxy | messages/s | p50 ms | p99 ms |\n"
          "|---|--:|--:|--:|--:|--:|--:|")
    for kind in FRONTS:
        rounds = [figures[mode] for figures in results[kind]]
        ratio = ratio_to_haproxy(mode, results, kind)
        rate, p50, p99 = (statistics.median(r[key] for r in rounds) for key in ("rate", "p50_us", "p99_us"))
        print(f"| {kind.name} | {spread([r['cpu_us'] for r in rounds])} | {ratio:.2f} | {rate:,.0f} | "
              f"{p50 / 1000:.1f} | {p99 / 1000:.1f} |", flush=True)


def ratio_to_haproxy(mode, results, kind):
    """The median of the rounds' own ratios, so that what disturbs a whole round disturbs it less."""
    return statistics.median(ours[mode]["cpu_us"] / theirs[mode]["cpu_us"]
                             for ours, theirs in zip(results[kind], results[Haproxy]))


def measure_proxy_rate(folder, rounds, seconds):
    """Prints the tables; returns sentences about targets that were missed."""
    results = {kind: [] for kind in FRONTS}
    for _ in range(rounds):
        for kind in FRONTS:
            results[kind].append(one_server(kind, folder, seconds))
    missed = []
    for mode in MODES:
        print_table(mode, results)
        ratio = ratio_to_haproxy(mode, results, Proxy)
        if ratio > TARGET_RATIO:
            missed.append(f"{MODES[mode]}: {ratio:.2f} times HAProxy's CPU a message, wanted {TARGET_RATIO}")
    return missed
