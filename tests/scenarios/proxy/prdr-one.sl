# With one recipient its own answer is the answer: a no is passed on, whatever the last word says.
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 64KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25" } }
	domains: { ours.test: { via: home, recipients: any } }
	hops: { home: { hosts: [ "192.0.2.30:25" ], health: { every: 1h }, tls: off } }
"""
server home 192.0.2.30:25 { offer PIPELINING PRDR }
start
advance 1s
server home { script { send "220 home.test" ; expect EHLO ; send "250-home.test" "250 PRDR" ; expect MAIL ; send "250 ok" ; expect RCPT ; send "250 ok" ; expect DATA ; send "354 go" ; content ; send "353 each" "550 5.7.1 nobody wants it" "250 done" } }
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@x.test> PRDR"
	expect 250
	send "RCPT TO:<a@ours.test>"
	expect 250
	data "x"
	expect 550 "5.7.1 nobody wants it"
}
expect log proxied 1 { verdict = rejected }
