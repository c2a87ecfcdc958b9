#!/usr/bin/python3
"""read_dsn.py DSN_SAMPLE: reports written by message/dsn.c, read back by Python's email package."""
import email
import email.policy
import subprocess
import sys


def read(which):
    text = subprocess.run([sys.argv[1], which], capture_output=True, check=True).stdout
    assert b'\n' not in text.replace(b'\r\n', b''), 'bare line feed'
    assert b'\r' not in text.replace(b'\r\n', b''), 'bare carriage return'
    assert max(map(len, text.split(b'\r\n'))) <= 998, 'line too long'
    return email.message_from_bytes(text, policy=email.policy.default.clone(utf8=True))


def same(got, expected):
    assert got == expected, f'{got!r} is not {expected!r}'


def check_frame(message, types):
    same(message.get_content_type(), 'multipart/report')
    same(message.get_param('report-type'), 'delivery-status')
    same(message['Auto-Submitted'], 'auto-replied')
    same(message['To'], 'sender@example.net')
    same(message['From'], 'Mail delivery <postmaster@mx.example.org>')
    same(message['Date'], 'Wed, 25 Nov 2026 01:10:59 +0000')
    assert message['Message-ID'].endswith('@mx.example.org>')
    same([part.get_content_type() for part in message.iter_parts()], types)
    same([str(d) for part in message.walk() for d in part.defects], [])
    return list(message.iter_parts())


def blocks(part):
    return [dict(block.items()) for block in part.get_payload()]


def failed():
    message = read('failed')
    words, status, original = check_frame(
        message, ['text/plain', 'message/delivery-status', 'text/rfc822-headers'])
    same(message['Subject'], 'Undelivered mail')
    per_message, first, second = blocks(status)
    same(per_message, {'Original-Envelope-Id': 'QQ 314', 'Reporting-MTA': 'dns; mx.example.org',
                       'Arrival-Date': 'Wed, 25 Nov 2026 00:53:20 +0000'})
    same(first.pop('Diagnostic-Code').replace('\r\n', ''),
         'smtp; 550 5.1.1 No such user see \\x1b[31mhttps://b.example/ Evil: x')
    same(first, {'Original-Recipient': 'rfc822; old@b.example',
                 'Final-Recipient': 'rfc822; a@b.example', 'Action': 'failed', 'Status': '5.1.1',
                 'Remote-MTA': 'dns; mail.b.example',
                 'Last-Attempt-Date': 'Wed, 25 Nov 2026 01:10:00 +0000'})
    same(second, {'Final-Recipient': 'rfc822; c@d.example', 'Action': 'delayed',
                  'Status': '4.4.1', 'Diagnostic-Code': 'x-sluice; no route to host',
                  'Will-Retry-Until': 'Sun, 29 Nov 2026 16:16:40 +0000'})
    text = words.get_content()
    for sentence in ('could not be delivered to this recipient:', 'a@b.example',
                     'The server mail.b.example answered:', '550 5.1.1 No such user',
                     'could not be delivered yet to this recipient:', 'no route to host',
                     'It will be tried until Sun, 29 Nov 2026', 'known as 0123456789abc'):
        assert sentence in text, sentence
    same(original.get_content().split(), ['Subject:', 'hello', 'From:', 'x@y'])


def relayed():
    message = read('relayed')
    words, status, original = check_frame(
        message, ['text/plain', 'message/delivery-status', 'message/rfc822'])
    same(message['Subject'], 'Mail was passed on')
    same(blocks(status)[1]['Action'], 'relayed')
    same(original.get_content()['Subject'], 'hello')
    same(original.get_content().get_content().strip(), 'The body.')
    assert 'no notices' in words.get_content()


def utf8():
    message = read('utf8')
    words, status, original = check_frame(
        message, ['text/plain', 'message/delivery-status', 'message/global-headers'])
    same(message['Content-Transfer-Encoding'], '8bit')
    same(words.get_content_charset(), 'utf-8')
    assert 'j\u00fc@b.example' in words.get_content()
    same(blocks(status)[1]['Final-Recipient'], 'utf-8; j\\x{FC}@b.example')
    same(blocks(status)[1]['Original-Recipient'], 'utf-8; alt\\x{2B}\\x{FC}@b.example')
    assert 'J\u00fc'.encode() in original.as_bytes()


failed()
relayed()
utf8()
