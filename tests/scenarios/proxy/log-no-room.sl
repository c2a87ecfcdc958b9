# DATA is refused for want of room: the transaction's line says so, and what the client was told.
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	listeners:
	  mx: { for: mx, service: proxy, address: "192.0.2.25:25", via: home, connect: dot }
	domains: { ours.test: { via: home, recipients: any } }
	hops: { home: { hosts: [ "192.0.2.31:25" ], tls: off } }
"""
server home 192.0.2.31:25 { offer PIPELINING CHUNKING 8BITMIME }
start
client c1 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250 }
disk capacity 300000
advance 5s
client c2 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; skip 1; send "RSET"; skip 1; close }
advance 5s
client c1 { send "DATA"; expect 452 "4.3.1"; send "RSET"; expect 250; close }
advance 1s
expect log proxied { verdict = refused; told ~ "452 4.3.1*"; to = b@ours.test }
