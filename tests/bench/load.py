"""Running the load generator against a server."""
import json
import time

from harness import expect, run
from servers import BUILD

CLIENTS, BYTES = 64, 5000


class Load:
    """One server under load, again and again; every message of it must arrive at the sink."""

    def __init__(self, server, sink):
        self.server, self.sink = server, sink
        self.next_id = 1
        self.accepted = 0

    def run(self, mode, seconds, replies=None, rate=None):
        """The load's own figures (see load.c), and of the server: CPU in us and syncs for each message, from the first
        connection until the last message has been delivered; messages delivered a second in that time."""
        cpu, syncs, began = self.server.cpu_seconds(), self.server.syncs(), time.monotonic()
        words = [BUILD / "load", self.server.port, CLIENTS, seconds, BYTES, mode, self.next_id]
        words += [replies or "-"] + ([rate] if rate else [])
        status, out = run(words, seconds=seconds + 90)
        expect(status == 0 and out.startswith("{"), f"load: {out}")
        result = json.loads(out)
        expect(result["accepted"] and not result["refused"] and not result["broken"],
               f"{self.server.name}: some messages were not accepted: {out}")
        self.next_id = result["next_id"]
        self.accepted += result["accepted"]
        self.sink.wait_for(self.accepted)
        ended = time.monotonic()
        time.sleep(0.3)  # the last outcomes are written down
        result["cpu_us"] = (self.server.cpu_seconds() - cpu) * 1e6 / result["accepted"]
        result["syncs"] = (self.server.syncs() - syncs) / result["accepted"]
        result["delivered_rate"] = result["accepted"] / (ended - began)
        return result
