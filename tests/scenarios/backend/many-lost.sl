# Recipients that are refused for now because the server behind us was lost are no errors of the client: it is not sent away.
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	limits: { errors: 5 }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25" } }
	domains: { ours.test: { via: home, recipients: any } }
	hops: { home: { hosts: [ "192.0.2.31:25" ], tls: off } }
"""
server home 192.0.2.31:25 { offer PIPELINING }
server home { answer RCPT for "b3@*" "" close }
start
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b0@ours.test>" "RCPT TO:<b3@ours.test>" "RCPT TO:<b4@ours.test>" "RCPT TO:<b5@ours.test>"
	send "RCPT TO:<b6@ours.test>" "RCPT TO:<b7@ours.test>" "RCPT TO:<b8@ours.test>" "RCPT TO:<b9@ours.test>"
	expect 250; skip 8; send "NOOP"; expect 250
	send "XXXX" "XXXX" "XXXX" "XXXX" "XXXX"; expect 500; expect 500; expect 500; expect 500; expect 500; expect 421 "4.7.0"
}
