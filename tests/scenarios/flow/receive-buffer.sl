# A small receive buffer: of what a stranger sends so much at most is under way to us, and a message of his takes many
# round trips; that of a client whom we know, or who has logged in, takes few, as everybody's where there is no such buffer.
certificate relay.test
user alice@ours.test "secret pass"
config """
	hostname: relay.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 64KiB }
	tls: [ { certificate: tls.pem, key-file: tls.key } ]
	users: [ { file: users } ]
	listeners:
	  usual: { for: mx, service: proxy, address: "192.0.2.25:25" }
	  small: { for: mx, service: proxy, address: "192.0.2.25:26", flow: { receive-buffer: 4KiB } }
	  inside: { for: internal, service: proxy, address: "192.0.2.25:27", networks: [ 192.0.2.0/24 ], flow: { receive-buffer: 4KiB } }
	  users: { for: submission, service: proxy, address: "192.0.2.25:587", flow: { receive-buffer: 4KiB } }
	domains: { ours.test: { via: home, recipients: any } }
	hops: { home: { hosts: [ "192.0.2.30:25" ], tls: off } }
"""
server home 192.0.2.30:25 { }
client c1 to 192.0.2.25:25 from 203.0.113.1 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "From: a@client.test\r\n\r\n"
	repeat 10000 "01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567\r\n"
	send "."; expect 250
	close
}
expect log proxied 1 { listener = usual; took-ms ~ "??" }
client c2 to 192.0.2.25:26 from 203.0.113.1 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "From: a@client.test\r\n\r\n"
	repeat 10000 "01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567\r\n"
	send "."; expect 250
	close
}
expect log proxied 1 { listener = small; took-ms ~ "???"; client-ms ~ "???" }
client c3 to 192.0.2.25:27 from 192.0.2.77 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "From: a@client.test\r\n\r\n"
	repeat 10000 "01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567\r\n"
	send "."; expect 250
	close
}
expect log proxied 1 { listener = inside; took-ms ~ "??" }
client c4 to 192.0.2.25:587 from 203.0.113.1 {
	hello; starttls; hello; auth PLAIN alice@ours.test "secret pass"; expect 235
	send "MAIL FROM:<alice@ours.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "From: alice@ours.test\r\n\r\n"
	repeat 10000 "01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567\r\n"
	send "."; expect 250
	close
}
expect log proxied 1 { listener = users; took-ms ~ "??" }
expect home got 4
# a reload changes it for connections to come
reload """
	hostname: relay.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 64KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25", flow: { receive-buffer: 4KiB } } }
	domains: { ours.test: { via: home, recipients: any } }
	hops: { home: { hosts: [ "192.0.2.30:25" ], tls: off } }
"""
client c5 to 192.0.2.25:25 from 203.0.113.1 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "From: a@client.test\r\n\r\n"
	repeat 10000 "01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567\r\n"
	send "."; expect 250
	close
}
expect log proxied 1 { listener = mx; took-ms ~ "???" }
