# The one connection that there may be is with a host that the next message cannot use: it is closed before another is
# opened, not beside it.
counts-on-idle
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25", slow-after: 0s } }
	domains: { ours.test: { via: pool, recipients: any } }
	hops: { pool: { hosts: [ "192.0.2.31:25", "192.0.2.32:25" ], tls: off, max-connections: 1, health: { every: 1h } } }
"""
server one 192.0.2.31:25 { offer PIPELINING }
server one { answer QUIT after 3s }
server two 192.0.2.32:25 { offer PIPELINING 8BITMIME }
start
advance 10s
client c1 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; send "DATA"; expect 354 }
expect one sessions 1
client c2 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test> BODY=8BITMIME"; expect 250; send "RCPT TO:<b@ours.test>" }
client c1 { send "a: b" "" "c" "."; expect 250 }
expect one sessions 1
client c2 { expect nothing 2s; expect 250 }
expect one sessions 0
expect two sessions 1
client c2 { data "a: b\n\nc\n"; expect 250 }
