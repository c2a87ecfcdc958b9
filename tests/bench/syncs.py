"""The check that every 250 came after its sync, and that the check finds a server that lies."""
from check_syncs import check
from load import Load
from servers import Postfix, Sink, Sluice

DELAY_MS = 1
SECONDS = 1.5
LEFT_OUT = 50  # with the planted fault, one of so many syncs


def seen(kind, folder, mode, unsynced=0):
    """(replies, reasons why some are wrong)"""
    sink = Sink(folder)
    server = kind(folder, sink, DELAY_MS, log=True, unsynced=unsynced)
    replies = folder / "replies"
    try:
        Load(server, sink).run(mode, SECONDS, replies)
        return check(server.logs, replies)
    finally:
        server.stop()
        sink.stop()
        replies.unlink(missing_ok=True)


def measure_syncs(folder):
    """Prints one line a case; returns sentences about what was not as it must be."""
    missed = []
    print("\nFor each 250 a sync that covers the message had returned:\n")
    for kind, mode in ((Sluice, "new"), (Sluice, "kept"), (Postfix, "new")):
        count, wrong = seen(kind, folder, mode)
        print(f"- {kind.name}, {mode}: {count:,} replies, {len(wrong)} without", flush=True)
        missed += [f"{kind.name}: {reason}" for reason in wrong[:3]]
    count, wrong = seen(Sluice, folder, "kept", LEFT_OUT)
    print(f"- sluice with every {LEFT_OUT}th sync left out by the shim: {count:,} replies, {len(wrong):,} found out")
    if not wrong:
        missed.append("the check did not notice syncs that were left out")
    return missed
