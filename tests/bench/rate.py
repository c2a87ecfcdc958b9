"""Messages a second, CPU a message, time of the reply to the final dot."""
import statistics

from load import BYTES, CLIENTS, Load
from servers import Postfix, Sink, Sluice

MODES = {"new": "a new inbound connection each", "kept": "inbound connections kept open"}
# What sluice must reach: times Postfix's rate, microseconds of CPU
TARGETS = {"new": (8, 200), "kept": (None, 100)}


def one_server(kind, folder, delay_ms, seconds):
    """{mode: figures} of a server started for it and warmed up."""
    sink = Sink(folder)
    server = kind(folder, sink, delay_ms)
    try:
        load = Load(server, sink)
        load.run("new", 1)
        figures = {mode: load.run(mode, seconds) for mode in MODES}
        messages, unique, _ = sink.counts()
        figures["duplicates"] = messages - unique
    finally:
        server.stop()
        sink.stop()
    return figures


def median(rounds, mode, key):
    return statistics.median(figures[mode][key] for figures in rounds)


def row(delay_ms, name, rounds, mode, ratio=""):
    values = [median(rounds, mode, key) for key in ("rate", "delivered_rate", "cpu_us", "p50_us", "p99_us", "syncs")]
    return (f"| {delay_ms:g} ms | {name} | {values[0]:,.0f} | {values[1]:,.0f} | {values[2]:,.0f} | "
            f"{values[3] / 1000:.1f} | {values[4] / 1000:.1f} | {values[5]:.2f} | {ratio} |")


def judge(mode, delay_ms, times, cpu_us):
    """Sentences about targets that were missed."""
    wanted_times, wanted_us = TARGETS[mode]
    missed = []
    if wanted_times and times < wanted_times:
        missed.append(f"{MODES[mode]}, {delay_ms:g} ms: {times:.1f} times Postfix's rate, wanted {wanted_times}")
    if cpu_us > wanted_us:
        missed.append(f"{MODES[mode]}, {delay_ms:g} ms: {cpu_us:.0f} us of CPU a message, wanted {wanted_us}")
    return missed


def measure_rate(folder, delays, rounds, seconds):
    """Prints the tables; returns sentences about targets that were missed."""
    results = {(delay, kind): [] for delay in delays for kind in (Postfix, Sluice)}
    for _ in range(rounds):
        for delay, kind in results:
            results[delay, kind].append(one_server(kind, folder, delay, seconds))
    missed = []
    for mode, words in MODES.items():
        print(f"\n{CLIENTS} clients, messages of {BYTES:,} bytes, {words}:\n\n"
              "| delay of a sync | server | accepted/s | delivered/s | CPU us a message | p50 ms | p99 ms "
              "| syncs a message | rate against Postfix |\n|---|---|--:|--:|--:|--:|--:|--:|--:|")
        for delay in delays:
            theirs, ours = results[delay, Postfix], results[delay, Sluice]
            times = median(ours, mode, "rate") / median(theirs, mode, "rate")
            print(row(delay, "Postfix", theirs, mode, "1"))
            print(row(delay, "sluice", ours, mode, f"{times:.1f}"), flush=True)
            missed += judge(mode, delay, times, median(ours, mode, "cpu_us"))
    duplicates = sum(figures["duplicates"] for each in results.values() for figures in each)
    if duplicates:
        missed.append(f"{duplicates} messages arrived twice")
    return missed
