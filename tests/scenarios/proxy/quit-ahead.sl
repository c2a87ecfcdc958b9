# Who sends QUIT together with its message hangs up when it has heard the farewell. One that does not hang up is not waited
# for: what its system has taken it has.
use proxy
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 64KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25", dedupe: on } }
	domains: { ours.test: { via: home, recipients: any } }
	hops: { home: { hosts: [ "192.0.2.30:25" ], tls: off } }
"""
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "a: b\r\n\r\nc\r\n.\r\nQUIT\r\n"
	expect 250 "2.0.0 taken"; expect 221; wait 400ms
}
expect log disconnected 1 { why = "quit" }
client c1 { close }
mark
client c2 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "a: b\r\n\r\nd\r\n.\r\nQUIT\r\n"
	expect 250 "2.0.0 taken"; expect 221; close; wait 50ms
}
expect log disconnected 1 { why = "quit" }
expect no-log client-lost-after-commit
