# Where a message may be stored here, it still is not while another member can take it, by BDAT as by DATA.
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	listeners: { mx: { for: mx, service: proxy, on-backend-failure: spool, address: "192.0.2.25:25" } }
	domains: { two.test: { via: pair, recipients: any } }
	hops: { pair: { hosts: [ "192.0.2.31:25", "192.0.2.32:25" ], tls: off } }
"""
server bad 192.0.2.31:25 { offer CHUNKING PIPELINING; answer RCPT "250 2.1.5 ok" close }
server good 192.0.2.32:25 { offer CHUNKING PIPELINING }
client before to 192.0.2.25:25 { hello; send "MAIL FROM:<a@c.test>"; expect 250; send "RCPT TO:<b@two.test>"; expect 250; wait 500ms; data "a: b\n\nc\n"; expect 250 "2.0.0" lacks "Queued"; close }
advance 15m
server bad { forget; offer CHUNKING PIPELINING }
client within to 192.0.2.25:25 { hello; send "MAIL FROM:<a@c.test>" "RCPT TO:<b@two.test>" "DATA"; expect 250; expect 250; expect 354; raw "a: b\r\n\r\n"; wait 300ms }
server bad { stop }
client within { wait 300ms; raw "c\r\n.\r\n"; expect 250 "2.0.0" lacks "Queued"; close }
expect good got 2
expect bad got 0
expect queue empty
