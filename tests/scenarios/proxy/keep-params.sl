# What the client asked for by parameters is kept with the message; what could not be kept is not promised.
use keep
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 64KiB }
	listeners:
	  inside: { for: internal, service: proxy, on-backend-failure: spool, address: "192.0.2.25:2525", networks: [ 192.0.2.0/24 ] }
	domains: { ours.test: { via: home, recipients: any } }
	routes: [ { via: other } ]
	retry: { schedule: [ 1m ], jitter: 0 }
	hops:
	  home: { hosts: [ "192.0.2.30:25" ], tls: off }
	  other: { hosts: [ "192.0.2.31:25" ], tls: off }
"""
server home { offer PIPELINING 8BITMIME SMTPUTF8 DSN MT-PRIORITY SIZE }
server other { offer PIPELINING 8BITMIME SMTPUTF8 DSN MT-PRIORITY SIZE }
# They are heard first.
client c1 to 192.0.2.25:2525 { message a@ours.test b@ours.test; message a@ours.test x@far.test }
advance 1m
server home { stop }
server other { stop }
client c2 to 192.0.2.25:2525 {
	hello
	send "MAIL FROM:<\xc3\xa4@ours.test> SMTPUTF8 BODY=8BITMIME RET=HDRS ENVID=e+2B1"; expect 250
	send "RCPT TO:<\xc3\xb6@ours.test> NOTIFY=SUCCESS ORCPT=utf-8;o@ours.test"; expect 250
	data "Subject: \xc3\xbc\n\n\xc3\xbc\n"; expect 250 "2.0.0 Queued as "
	send "MAIL FROM:<a@ours.test> MT-PRIORITY=3"; expect 250
	send "RCPT TO:<c@ours.test>"; expect 451 "4.4.1"
	send "RSET"; expect 250
}
server home { start }
server other { start }
advance 10m
expect queue empty
expect home got 2
expect home message 2 {
	from "<\xc3\xa4@ours.test>*SMTPUTF8*RET=HDRS*ENVID=e+2B1*"; to "\xc3\xb6@ours.test"; has "with UTF8SMTP"
}
