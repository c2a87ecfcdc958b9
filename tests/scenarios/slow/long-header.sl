# A header section as long as it may be: slow clients may send what quick ones may, although a queue could not have it
# with what we add.
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	limits: { header-size: 256KiB }
	listeners:
	  mx: { for: mx, service: proxy, address: "192.0.2.25:25" }
	  both: { for: mx, service: proxy, address: "192.0.2.25:26", on-backend-failure: spool }
	  dot: { for: mx, service: proxy, address: "192.0.2.25:27", on-backend-failure: spool, connect: dot }
	domains: { ours.test: { via: home, recipients: any } }
	hops: { home: { hosts: [ "192.0.2.31:25" ], tls: off } }
"""
server home 192.0.2.31:25 { offer PIPELINING CHUNKING 8BITMIME }
client c1 to 192.0.2.25:25 { hello; send "MAIL FROM:<v@client.test>" "RCPT TO:<v@ours.test>"; expect 250; expect 250; send "DATA"; expect 354; repeat 2700 "X-F: 000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\r\n"; repeat 2 "X-G: 111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111\r\n"; send "" "body" "."; expect 250 }
client c2 to 192.0.2.25:25 { hello; send "MAIL FROM:<v@client.test>" "RCPT TO:<v@ours.test>"; expect 250; expect 250; wait 2s; send "DATA"; expect 354; repeat 2700 "X-F: 000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\r\n"; repeat 2 "X-G: 111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111\r\n"; send "" "body" "."; expect 250 }
client c3 to 192.0.2.25:26 { hello; send "MAIL FROM:<v@client.test>" "RCPT TO:<v@ours.test>"; expect 250; expect 250; wait 2s; send "DATA"; expect 354; repeat 2700 "X-F: 000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\r\n"; repeat 2 "X-G: 111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111\r\n"; send "" "body" "."; expect 250 }
client c4 to 192.0.2.25:27 { hello; send "MAIL FROM:<v@client.test>" "RCPT TO:<v@ours.test>"; expect 250; expect 250; send "DATA"; expect 354; repeat 2700 "X-F: 000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\r\n"; repeat 2 "X-G: 111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111\r\n"; send "" "body" "."; expect 250 }
expect home got 4
expect metric sluice_proxy_gathered_total 2
