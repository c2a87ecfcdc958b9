"""Ten thousand clients that take half a minute for a message each, before few connections to the server behind."""
import time

from fronts import SlowProxy
from harness import expect
from idle import Crowd, Footprint, most_sessions
from load import BYTES
from servers import Sink

SESSIONS = 10000
SECONDS = 30  # that each takes for its message


def measure_proxy_slow(folder, share):
    """Prints a paragraph; returns sentences about targets that were missed."""
    sessions, seconds = most_sessions(int(SESSIONS * share)), SECONDS * max(share, 0.1)
    sink = Sink(folder)
    server = SlowProxy(folder, sink)
    try:
        footprint, cpu = Footprint(server), server.cpu_seconds()
        crowd = Crowd(server.crowd_port, sessions, "slow", seconds, BYTES, 1)
        time.sleep(seconds * 0.8)
        user, kernel = footprint.kib(sessions)
        began = time.monotonic()
        words = crowd.popen.stdout.readline().split()
        late = time.monotonic() - began - seconds * 0.2
        crowd.leave()
        cpu = (server.cpu_seconds() - cpu) * 1e6 / sessions
        expect(len(words) == 4, "the slow clients did not come to their end")
        sink.wait_for(int(words[1]))
        messages, unique, most = sink.counts()
    finally:
        server.stop()
        sink.stop()
    took, refused = int(words[1]), int(words[3])
    print(f"\n{sessions:,} clients at once, each of which takes {seconds:.0f} s for a message of {BYTES:,} bytes, with "
          f"`connect: dot` and {SlowProxy.connections} connections to the server behind:\n\n"
          "| answered 250 | refused | at the sink, of them twice | most connections there | KiB a client, process "
          "| kernel | CPU us a client | s to the last answer, after the last byte was due |\n"
          "|--:|--:|--:|--:|--:|--:|--:|--:|\n"
          f"| {took:,} | {refused:,} | {unique:,}, {messages - unique} | {most} | {user:.1f} | {kernel:.1f} | {cpu:.0f} | "
          f"{late:.1f} |", flush=True)
    missed = []
    if took != sessions or unique != sessions:
        missed.append(f"of {sessions} slow clients {took} were answered 250, and {unique} messages arrived")
    if most > SlowProxy.connections:
        missed.append(f"{most} connections to the server behind, wanted {SlowProxy.connections}")
    return missed
