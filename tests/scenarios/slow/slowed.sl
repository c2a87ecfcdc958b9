# Who is slowed down by us is slow: no backend waits with him. Since there is one place only, quick clients' messages are gathered, too,
# but their sessions are not given back.
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	delivery: { idle-timeout: 4m }
	listeners:
	  tarpit: { for: mx, service: proxy, address: "192.0.2.25:25", flow: { tarpit: { per-error: 2s } } }
	  stutter: { for: mx, service: proxy, address: "192.0.2.25:26", flow: { stutter: 500ms, stutter-bytes: 4 } }
	  slowly: { for: mx, service: proxy, address: "192.0.2.25:27", flow: { read-rate: 2KiB } }
	  bucket: { for: mx, service: proxy, address: "192.0.2.25:28", bandwidth: { connection: 1KiB, burst: 1KiB } }
	domains: { ours.test: { via: home, recipients: any } }
	hops: { home: { hosts: [ "192.0.2.31:25" ], tls: off, max-connections: 1 } }
"""
server home 192.0.2.31:25 { offer PIPELINING 8BITMIME }
client quick to 192.0.2.25:25 { hello; message a@client.test q@ours.test }
expect metric sluice_proxy_released_total 0
expect metric sluice_proxy_gathered_total 1
client c1 to 192.0.2.25:25 { hello; send "HUH"; expect 500; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<b@ours.test>"; expect 250 }
expect metric sluice_proxy_released_total 1
client quick { message a@client.test q@ours.test }
client c1 { send "DATA"; expect 354; send "Subject: 1" "" "one" "."; expect 250 }
expect metric sluice_proxy_gathered_total 3
client c2 to 192.0.2.25:26 { hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<b@ours.test>"; expect 250 }
expect metric sluice_proxy_released_total 2
client c2 { send "DATA"; expect 354; send "Subject: 2" "" "two" "."; expect 250 }
expect metric sluice_proxy_gathered_total 4
client c3 to 192.0.2.25:27 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; send "DATA"; expect 354; send "Subject: 3" "" "three"; repeat 20 "0123456789012345678901234567890123456789\r\n" }
expect metric sluice_proxy_gathered_total 5
client quick { message a@client.test q@ours.test }
client c3 { send "."; expect 250 }
client c4 to 192.0.2.25:28 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; send "DATA"; expect 354; send "Subject: 4" "" "four"; repeat 400 "0123456789012345678901234567890123456789\r\n"; send "."; expect 250 }
expect metric sluice_proxy_gathered_total 7
client c4 { send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; send "DATA"; expect 354; send "Subject: 5" "" "five" "."; expect 250 }
expect metric sluice_proxy_gathered_total 8
expect home got 8
expect home sessions-most <= 1
expect queue empty
