"""Messages to send, and the comparison of what arrived with what was sent."""
import email
import email.policy
import itertools
import os
import re

from harness import Failure, expect

TRACE = {b"return-path", b"delivered-to", b"x-original-to", b"received", b"envelope-to", b"delivery-date"}
_numbers = itertools.count(1)


def marker(name):
    """A word that stands in one message alone."""
    return f"mark-{re.sub('[^a-z0-9]+', '-', name.lower())}-{os.getpid()}-{next(_numbers)}"


def build(mark, sender, recipient, body="A short text.\r\n"):
    """A complete message with CRLF line ends; body is text or bytes."""
    body = body.encode() if isinstance(body, str) else body
    ascii_only = all(byte < 128 for byte in body)
    head = (f"Date: Mon, 02 Mar 2026 10:20:30 +0000\r\n"
            f"From: Tester <{sender}>\r\n"
            f"To: {recipient}\r\n"
            f"Message-ID: <{mark}@sender.test>\r\n"
            f"Subject: {mark}\r\n"
            f"MIME-Version: 1.0\r\n"
            f"Content-Type: text/plain; charset=utf-8\r\n"
            f"Content-Transfer-Encoding: {'7bit' if ascii_only else '8bit'}\r\n"
            f"\r\n").encode()
    return head + body


BODIES = {
    "plain": b"A short text.\r\n",
    "empty": b"",
    "8bit": "Grüße aus Köln, naïve café, ελληνικά, 日本語.\r\n".encode(),
    "dots": b".\r\n..\r\n.one\r\n...three\r\n\r\nmiddle . dot\r\n.\r\n\r\n.\r\n",
    "longline": b"x" * 998 + b"\r\nshort\r\n" + b"y" * 997 + b".\r\n",
    "blank-end": b"text\r\n\r\n\r\n\r\n",
    "from": b"From the start of a line\r\n>From there\r\n",
    "large": b"".join(b"%07d %s\r\n" % (n, b"0123456789abcdef" * 4) for n in range(70000)),  # 5.2 MB
}


def split_trace(stored):
    """(trace fields at the top, the rest) of a stored message with CRLF line ends."""
    at = 0
    while True:
        line = stored[at:stored.find(b"\r\n", at) + 2]
        name = line.split(b":", 1)[0].strip().lower()
        if not (name in TRACE or (at and line[:1] in b" \t" and line.strip())):
            return stored[:at], stored[at:]
        at += len(line)


def expect_same(sent, stored, hops=0):
    """The stored message is the sent one under trace fields alone, with at least so many Received fields."""
    trace, rest = split_trace(stored)
    if rest != sent:
        at = next((i for i, (a, b) in enumerate(zip(sent, rest)) if a != b), min(len(sent), len(rest)))
        raise Failure(f"the message changed on its way: {len(sent)} octets sent, {len(rest)} arrived; at {at}: "
                      f"sent {sent[max(0, at - 40):at + 60]!r}, arrived {rest[max(0, at - 40):at + 60]!r}")
    received = len(re.findall(rb"(?mi)^received:", trace))
    expect(received >= hops, f"{received} Received fields, at least {hops} expected")


def expect_dsn(content, recipients):
    """The content is a delivery status notification (RFC 3464) as Python's email package reads it, that reports
    exactly these recipients: {address: (action, beginning of the status code)}."""
    dsn = email.message_from_bytes(content, policy=email.policy.default)
    expect(not dsn.defects and dsn.get_content_type() == "multipart/report", f"not a report: {dsn.defects}\n{dsn}")
    expect(dsn.get_param("report-type") == "delivery-status", f"report-type {dsn.get_param('report-type')}")
    parts = list(dsn.iter_parts())
    kinds = [part.get_content_type() for part in parts]
    expect(kinds[:2] == ["text/plain", "message/delivery-status"] and len(kinds) == 3, f"parts: {kinds}")
    expect(kinds[2] in ("message/rfc822", "text/rfc822-headers"), f"the returned part is {kinds[2]}")
    fields = parts[1].get_payload()
    expect(fields[0]["Reporting-MTA"], "no Reporting-MTA")
    found = {block["Final-Recipient"].split(";", 1)[1].strip(): (block["Action"].strip(), block["Status"].strip())
             for block in fields[1:]}
    expect(found.keys() == recipients.keys(), f"reported are {found}")
    for address, (action, status) in recipients.items():
        expect(found[address][0] == action and found[address][1].startswith(status), f"{address}: {found[address]}")
