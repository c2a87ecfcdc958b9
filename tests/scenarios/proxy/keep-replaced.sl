# Another member of the pool is better than the spool: what can be replaced unseen is not kept.
use keep
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 64KiB }
	listeners: { mx: { for: mx, service: proxy, on-backend-failure: spool, address: "192.0.2.25:25" } }
	domains: { ours.test: { via: home, recipients: any } }
	hops: { home: { hosts: [ "192.0.2.30:25", "192.0.2.31:25" ], tls: off } }
	retry: { schedule: [ 1m ], jitter: 0 }
"""
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
}
server home { stop }
client c1 {
	send "RCPT TO:<c@ours.test>"; expect 250
	data "a: b\n\nc\n"; expect 250
	close
}
expect other got 1
expect no-log accepted
expect queue empty
# One that answers differently cannot take its place: then the spool does, and the queue asks again.
server home { start }
server other { forget; answer RCPT for d@ours.test "550 5.1.1 who is that" }
advance 15m
client c2 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<d@ours.test>"; expect 250; expect 250
}
server home { stop }
client c2 { data "a: b\n\nc\n"; expect 250 "2.0.0 Queued as " }
expect log accepted 1
