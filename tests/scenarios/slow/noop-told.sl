# A session that speaks for one client is not given back in his transaction, and is kept alive there; a slow content leaves
# it all the same, and takes it, or its like, again.
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	delivery: { idle-timeout: 4m }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25" } }
	domains: { ours.test: { via: home, recipients: any } }
	hops: { home: { hosts: [ "192.0.2.31:25" ], tls: off, tell-client: xclient, noop-after: 1m, max-connections: 1 } }
"""
server home 192.0.2.31:25 { offer PIPELINING 8BITMIME "XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT" }
client c1 to 192.0.2.25:25 from 198.51.100.7 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; wait 4m; send "RCPT TO:<c@ours.test>"; expect 250 }
expect metric sluice_proxy_noops_total 3
expect metric sluice_proxy_released_total 0
expect home connections 1
client c1 { send "DATA"; expect 354; send "Subject: 1" "" "slow" }
expect metric sluice_proxy_gathered_total 1
client c2 to 192.0.2.25:25 from 198.51.100.8 { hello; message a@client.test d@ours.test }
client c1 { send "."; expect 250 }
expect home message 1 { to "d@ours.test"; told "*198.51.100.8*" }
expect home message 2 { to "b@ours.test c@ours.test"; told "*198.51.100.7*" }
# None with 0s.
reload """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25", slow-after: 0s, release-after: 0s } }
	domains: { ours.test: { via: home, recipients: any } }
	hops: { home: { hosts: [ "192.0.2.31:25" ], tls: off, tell-client: xclient, noop-after: 0s } }
"""
client c3 to 192.0.2.25:25 from 198.51.100.9 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; wait 4m; data "Subject: 3\n\nthree\n"; expect 250 }
expect metric sluice_proxy_noops_total 3
expect metric sluice_proxy_gathered_total 2
expect home got 3
