# A backend that does not let us in, has no room for us, or closes is a failure of ours or its own: kept, never refused.
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 64KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25", on-backend-failure: spool, release-after: 0s } }
	domains:
	  told.test: { via: told, recipients: any }
	  small.test: { via: small, recipients: any }
	hops:
	  told: { hosts: [ "192.0.2.30:25" ], tls: off, tell-client: xclient }
	  small: { hosts: [ "192.0.2.31:25" ], tls: off, max-connections: 1, max-waiting: 1, waiting-timeout: 5s }
	retry: { schedule: [ 1m ], jitter: 0 }
"""
server told 192.0.2.30:25 { offer PIPELINING }
server small 192.0.2.31:25 { }
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@told.test>"; expect 250; expect 250 "2.1.5 Recipient taken"
	data "a: b\n\nc\n"; expect 250 "2.0.0 Queued as "
}
expect log alarm 1 { why ~ "*XCLIENT is not offered to us" }
expect log proxied 1 { verdict = kept }
# No room: one has the only connection.
client c2 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<c@small.test>"; expect 250; expect 250 }
client c1 {
	send "MAIL FROM:<a@client.test>" "RCPT TO:<d@small.test>"; expect 250; expect 250 "2.1.5 Recipient taken"
	data "a: b\n\nc\n"; expect 250 "2.0.0 Queued as "
}
client c2 { data "a: b\n\nc\n"; expect 250; close }
advance 10m
expect small got 2
# Closing at a recipient: that one is ours, the others wait for it.
server small { forget; answer RCPT for e@small.test "421 4.3.2 bye" close times 3 }
client c3 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<e@small.test>"; expect 250 "2.1.5 Recipient taken"
	send "RCPT TO:<f@small.test>"; expect 250
	data "a: b\n\nc\n"; expect 250 "2.0.0 Queued as "
}
advance 10m
expect small got 3
expect small message 3 { to "e@small.test f@small.test" }
