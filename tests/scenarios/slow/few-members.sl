# What the members of a pool take together, and which of them are down, decides how many connections half of them are.
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	delivery: { idle-timeout: 4m }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25" } }
	domains: { ours.test: { via: home, recipients: any } }
	hops: { home: { hosts: [ { host: "192.0.2.31:25", max-connections: 2 }, { host: "192.0.2.32:25", max-connections: 2 } ], tls: off, balance: least-connections, waiting-timeout: 1s } }
"""
server one 192.0.2.31:25 { offer PIPELINING CHUNKING 8BITMIME }
server two 192.0.2.32:25 { offer PIPELINING CHUNKING 8BITMIME }
client c1 to 192.0.2.25:25 from 198.51.100.1 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b1@ours.test>"; expect 250; expect 250; send "DATA"; expect 354; send "Subject: 1" "" "half" }
client c2 to 192.0.2.25:25 from 198.51.100.2 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b2@ours.test>"; expect 250; expect 250; send "DATA"; expect 354; send "Subject: 2" "" "half" }
expect metric sluice_proxy_gathered_total 0
client c3 to 192.0.2.25:25 from 198.51.100.3 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b3@ours.test>"; expect 250; expect 250; send "DATA"; expect 354; send "Subject: 3" "" "half" }
expect metric sluice_proxy_gathered_total 1
client c1 { send "."; expect 250 }
client c2 { send "."; expect 250 }
client c3 { send "."; expect 250 }
# One that is left has two, of which a content may have one.
advance 5m
server two { stop }
client c4 to 192.0.2.25:25 from 198.51.100.4 { hello; message a@client.test c@ours.test; message a@client.test c@ours.test }
expect log member-down
expect metric sluice_proxy_gathered_total 1
client c5 to 192.0.2.25:25 from 198.51.100.5 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b5@ours.test>"; expect 250; expect 250; send "DATA"; expect 354; send "Subject: 5" "" "half" }
expect metric sluice_proxy_gathered_total 1
client c6 to 192.0.2.25:25 from 198.51.100.6 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b6@ours.test>"; expect 250; expect 250; send "DATA"; expect 354; send "Subject: 6" "" "half" }
expect metric sluice_proxy_gathered_total 2
client c4 { message a@client.test c@ours.test }
client c5 { send "."; expect 250 }
client c6 { send "."; expect 250 }
expect queue empty
