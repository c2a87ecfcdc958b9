# Who sent it, and which way: the /64 of an IPv6 address is one client, a client that nobody knows is nobody, and the same
# envelope on another way is another message.
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 64KiB }
	listeners:
	  mx: { for: mx, service: proxy, address: "192.0.2.25:25", dedupe: on, via: pool, proxy-protocol: { from: 192.0.2.5 }, xclient: { from: 192.0.2.6 } }
	  also: { for: mx, service: proxy, address: "192.0.2.25:26", dedupe: on, via: second, xclient: { from: 192.0.2.6 } }
	domains: { ours.test: { via: pool, recipients: any } }
	hops:
	  pool: { hosts: [ "192.0.2.30:25", "192.0.2.31:25" ], tls: off }
	  second: { hosts: [ "192.0.2.30:25", "192.0.2.31:25" ], tls: off }
	delivery: { dead-host: 1m }
"""
server home 192.0.2.30:25 { }
server other 192.0.2.31:25 { answer content silence times 2 }
server home { stop }
client c1 to 192.0.2.25:25 from 192.0.2.6 {
	hello; send "XCLIENT ADDR=IPV6:2001:db8:0:1::7"; expect 220; hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	data "Message-ID: <1@client.test>\n\nc\n"; expect 451 "4.4.2"
	close
}
client c2 to 192.0.2.25:25 from 192.0.2.5 {
	raw "PROXY UNKNOWN\r\n"; hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	data "Message-ID: <1@client.test>\n\nc\n"; expect 451 "4.4.2"
	close
}
expect metric sluice_proxy_in_doubt_total = 2
server home { start }
advance 2m
# Another /64, nobody, another way: all go where mail goes.
client c3 to 192.0.2.25:25 from 192.0.2.6 {
	hello; send "XCLIENT ADDR=IPV6:2001:db8:0:2::7"; expect 220
	message a@client.test b@ours.test "Message-ID: <1@client.test>\n\nc\n"; close
}
expect home got 1
client c4 to 192.0.2.25:25 from 192.0.2.5 { raw "PROXY UNKNOWN\r\n"; message a@client.test b@ours.test "Message-ID: <1@client.test>\n\nc\n"; close }
expect home got 2
client c5 to 192.0.2.25:26 from 192.0.2.6 {
	hello; send "XCLIENT ADDR=IPV6:2001:db8:0:1::7"; expect 220
	message a@client.test b@ours.test "Message-ID: <1@client.test>\n\nc\n"; close
}
expect home got 3
expect metric sluice_proxy_settled_total = 0
# The same /64 is the same client, for the server to prefer and for the answer from memory.
server other { answer content "250 2.0.0 taken" after 2s times 1 }
client c6 to 192.0.2.25:25 from 192.0.2.6 {
	hello; send "XCLIENT ADDR=IPV6:2001:db8:0:1::8"; expect 220; hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	send "DATA"; expect 354; raw "Message-ID: <1@client.test>\r\n\r\nc\r\n.\r\n"; wait 1s; reset
}
advance 10s
expect other got 1
expect log client-lost-after-commit 1
expect metric sluice_proxy_settled_total = 1
client c7 to 192.0.2.25:25 from 192.0.2.6 {
	hello; send "XCLIENT ADDR=IPV6:2001:db8:0:2::8"; expect 220; hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	data "Message-ID: <1@client.test>\n\nc\n"; expect 250 lacks "Duplicate"
	close
}
client c8 to 192.0.2.25:26 from 192.0.2.6 {
	hello; send "XCLIENT ADDR=IPV6:2001:db8:0:1::9"; expect 220; hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	data "Message-ID: <1@client.test>\n\nc\n"; expect 250 lacks "Duplicate"
	close
}
client c9 to 192.0.2.25:25 from 192.0.2.6 {
	hello; send "XCLIENT ADDR=IPV6:2001:db8:0:1::9"; expect 220; hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	data "Message-ID: <1@client.test>\n\nc\n"; expect 250 has "Duplicate of"
	close
}
expect other got 1
expect home got 5
