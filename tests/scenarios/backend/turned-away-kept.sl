# With a spool behind it, or the whole message in hand, a member that closes is replaced too; only when nobody is left is the
# message stored.
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	listeners:
	  kept: { for: mx, service: proxy, address: "192.0.2.25:25", on-backend-failure: spool }
	  late: { for: mx, service: proxy, address: "192.0.2.25:26", connect: dot }
	domains: { ours.test: { via: pair, recipients: any } }
	hops: { pair: { hosts: [ "192.0.2.31:25", "192.0.2.32:25" ], tls: off } }
	retry: { schedule: [ 1m ], jitter: 0 }
"""
server bad 192.0.2.31:25 { answer RCPT "421 4.3.2 bye" }
server good 192.0.2.32:25 { }
client c1 to 192.0.2.25:25 { message a@client.test 1@ours.test }
expect good got 1
expect queue empty
advance 10s
client c2 to 192.0.2.25:26 { message a@client.test 2@ours.test }
expect good got 2
advance 10s
server bad { forget; answer MAIL "530 5.7.0 log in first" times 1 }
client c2 { message a@client.test 3@ours.test }
expect good got 3
expect log alarm 1
expect queue empty
# Nobody is left.
advance 15m
server bad { forget; answer RCPT "421 4.3.2 bye" }
server good { answer RCPT "421 4.3.2 bye" }
client c3 to 192.0.2.25:26 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<4@ours.test>"; expect 250; expect 250; data "a: b\n\nc\n"; expect 451 "4.3.2"; close }
expect queue empty
expect log proxied 1 { listener = late; verdict = deferred; said ~ "421 4.3.2*" }
advance 15m
client c4 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<5@ours.test>"; expect 250; expect 250 "2.1.5 Recipient taken"; data "a: b\n\nc\n"; expect 250 "2.0.0 Queued as "; close }
expect queue 1
expect log proxied 1 { listener = kept; verdict = kept; said ~ "421 4.3.2*"; told ~ "250 2.0.0 Queued as *" }
server bad { forget }
advance 15m
expect queue empty
expect bad got 1
expect bad message 1 { to "5@ours.test" }
