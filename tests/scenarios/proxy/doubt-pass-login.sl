# Where log-ins are passed through, the server is chosen at AUTH, and all that is known then is the client's address: it is
# led to the server that may have a message of it, until that is settled.
certificate relay.test
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	tls: [ { certificate: tls.pem, key-file: tls.key } ]
	listeners:
	  submission: { for: submission, service: proxy, address: "192.0.2.25:587", auth: pass-through, via: pool }
	hops:
	  pool: { hosts: [ "192.0.2.30:587", "192.0.2.31:587" ], tls: require, health: { every: 1h } }
	delivery: { dead-host: 1m }
"""
server home 192.0.2.30:587 { tls home.test; login ann secret; offer "AUTH PLAIN" }
server other 192.0.2.31:587 { tls home.test; login ann secret; offer "AUTH PLAIN"; answer content silence times 1 }
start
advance 1s
server home { stop }
client c1 to 192.0.2.25:587 from 192.0.2.77 {
	hello; starttls relay.test; hello; auth PLAIN ann secret; expect 235
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@far.test>"; expect 250; expect 250
	data "From: a@client.test\n\nc\n"; expect 451 "4.4.2"
	close
}
expect log proxied { verdict = in-doubt; backend ~ "*192.0.2.31*" }
server home { start }
advance 2m
client c2 to 192.0.2.25:587 from 192.0.2.78 {
	hello; starttls relay.test; hello; auth PLAIN ann secret; expect 235
	message a@client.test b@far.test "From: a@client.test\n\nc\n"
	close
}
expect home got 1
client c3 to 192.0.2.25:587 from 192.0.2.77 {
	hello; starttls relay.test; hello; auth PLAIN ann secret; expect 235
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@far.test>"; expect 250; expect 250
	data "From: a@client.test\n\nc\n"; expect 250
	close
}
expect other got 1
client c4 to 192.0.2.25:587 from 192.0.2.77 {
	hello; starttls relay.test; hello; auth PLAIN ann secret; expect 235
	message a@client.test b@far.test "From: a@client.test\n\nd\n"
	close
}
expect home got 2
