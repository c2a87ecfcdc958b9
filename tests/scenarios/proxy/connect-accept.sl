# Before the greeting each client gets a connection of its own to a server behind us, for as long as it stays.
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25", via: pool, connect: accept } }
	domains: { ours.test: { via: pool, recipients: any } }
	hops: { pool: { hosts: [ "192.0.2.31:25", "192.0.2.32:25" ], tls: off, tell-client: proxy-v1, max-connections: 3 } }
"""
server one 192.0.2.31:25 { offer PIPELINING 8BITMIME; proxy-header }
server two 192.0.2.32:25 { offer PIPELINING 8BITMIME; proxy-header }
client c1 to 192.0.2.25:25 from 198.51.100.7 { expect 220 }
expect one sessions 1
client c1 { send "EHLO c.test"; expect 250; message a@client.test b@ours.test; message a@client.test c@ours.test }
client c2 to 192.0.2.25:25 from 198.51.100.8 { hello }
expect one sessions 2
expect one message 1 { told "PROXY v1 198.51.100.7*" }
client c1 { send "QUIT"; expect 221; expect end }
advance 5s
expect one sessions 1
expect one connections 2
# What the server closed is replaced when it is needed.
server one { reset }
client c2 { wait 1s; message a@client.test d@ours.test; message a@client.test e@ours.test }
expect one message 3 { to "d@ours.test"; told "PROXY v1 198.51.100.8*" }
expect one connections 3
server one { stop }
server two { stop }
client c3 to 192.0.2.25:25 { expect 421 "4.4.1"; expect end }
expect log backend-lost { mail = "the client is turned away" }
server one { start }
advance 15m
client c4 to 192.0.2.25:25 { hello }                     # the most that there may be: others hear 421 soon
client c5 to 192.0.2.25:25 { hello }
client c6 to 192.0.2.25:25 { hello }
client c7 to 192.0.2.25:25 { expect 421 "4.4.1"; expect end }
