# A session that speaks for one client is his in silence as long as nobody waits for its place.
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	delivery: { idle-timeout: 4m }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25" } }
	domains: { ours.test: { via: home, recipients: any } }
	hops: { home: { hosts: [ "192.0.2.31:25" ], tls: off, max-connections: 1, tell-client: xclient } }
"""
server home 192.0.2.31:25 { offer PIPELINING 8BITMIME "XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT" }
client e1 to 192.0.2.25:25 from 198.51.100.1 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; wait 4m; send "NOOP"; expect 250 }
expect metric sluice_proxy_released_total 0
client g to 192.0.2.25:25 from 198.51.100.9 { hello; message a@client.test g@ours.test }
expect metric sluice_proxy_released_total 1
client e1 { send "RCPT TO:<c@ours.test>"; expect 250; data "Subject: 2\n\ntwo\n"; expect 250 }
expect home message 1 { to "g@ours.test"; told "*198.51.100.9*" }
expect home message 2 { to "b@ours.test c@ours.test"; told "*198.51.100.1*" }
