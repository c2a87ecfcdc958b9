# Where each recipient has an answer of its own (PRDR), those that the spool takes have one, too, in their order.
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 64KiB }
	listeners: { mx: { for: mx, service: proxy, on-backend-failure: spool, address: "192.0.2.25:25" } }
	domains:
	  ours.test: { via: home, recipients: any }
	  boxes.test: { via: boxes, recipients: any }
	hops:
	  home: { hosts: [ "192.0.2.30:25" ], health: { every: 1h }, tls: off }
	  boxes: { hosts: [ "lmtp://192.0.2.32:24" ], health: { every: 1h }, tls: off }
"""
server home 192.0.2.30:25 { offer PIPELINING PRDR }
server boxes 192.0.2.32:24 { lmtp; answer content for "*" "552 5.2.2 full" times 1; answer content "250 2.0.0 has it" times 1 }
start
advance 1s
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test> PRDR"; expect 250
	send "RCPT TO:<b@boxes.test>" "RCPT TO:<c@ours.test>" "RCPT TO:<d@boxes.test>"; expect 250; expect 250; expect 250
	data "Subject: 1\n\none\n"; expect 353
	expect 250 "2.0.0 has it"; expect 250 "2.0.0 Queued as "; expect 552 "5.2.2 full"; expect 250 "2.0.0 2 of 3"
}
expect log accepted 1 { to = "c@ours.test"; recipients = 1 }
# Nobody there has it: nothing is stored, and those who were not asked come again.
server boxes { forget; answer content "552 5.2.2 full" }
client c1 {
	send "MAIL FROM:<a@client.test> PRDR"; expect 250
	send "RCPT TO:<b@boxes.test>" "RCPT TO:<c@ours.test>" "RCPT TO:<d@boxes.test>"; expect 250; expect 250; expect 250
	data "Subject: 2\n\ntwo\n"; expect 353
	expect 552; expect 452 "4.5.3"; expect 552; expect 452 "4.5.3"
}
advance 5s
expect home got 1
expect home message 1 { to "c@ours.test"; header Subject "1" }
expect queue empty
