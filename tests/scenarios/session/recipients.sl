# Recipients over the limit get 452 4.5.3, those before it keep their place, and a client that sends the
# rest later is no offender.
use usual
config """
	hostname: relay.test
	postmaster: boss@ours.test
	limits: { recipients: 100, errors: 10 }
	listeners: { mx: { for: mx, address: "192.0.2.25:25" } }
	domains: { ours.test: { via: home, recipients: any } }
	spool: { path: spool, segment-size: 64KiB }
	hops: { home: { hosts: [ "192.0.2.30:25" ], tls: off } }
"""
client c1 to 192.0.2.25:25 {
	expect 220
	send "EHLO client.test"; expect 250 has "LIMITS RCPTMAX=100"
	send "MAIL FROM:<a@client.test>"; expect 250
	repeat 50 "RCPT TO:<u@ours.test>\r\nRCPT TO:<v@ours.test>\r\n"
	expect 250; expect 250; expect 250; expect 250; expect 250; expect 250; expect 250; expect 250; expect 250; expect 250
	expect 250; expect 250; expect 250; expect 250; expect 250; expect 250; expect 250; expect 250; expect 250; expect 250
	expect 250; expect 250; expect 250; expect 250; expect 250; expect 250; expect 250; expect 250; expect 250; expect 250
	expect 250; expect 250; expect 250; expect 250; expect 250; expect 250; expect 250; expect 250; expect 250; expect 250
	expect 250; expect 250; expect 250; expect 250; expect 250; expect 250; expect 250; expect 250; expect 250; expect 250
	expect 250; expect 250; expect 250; expect 250; expect 250; expect 250; expect 250; expect 250; expect 250; expect 250
	expect 250; expect 250; expect 250; expect 250; expect 250; expect 250; expect 250; expect 250; expect 250; expect 250
	expect 250; expect 250; expect 250; expect 250; expect 250; expect 250; expect 250; expect 250; expect 250; expect 250
	expect 250; expect 250; expect 250; expect 250; expect 250; expect 250; expect 250; expect 250; expect 250; expect 250
	expect 250; expect 250; expect 250; expect 250; expect 250; expect 250; expect 250; expect 250; expect 250; expect 250
	repeat 12 "RCPT TO:<more@ours.test>\r\n"
	expect 452 "4.5.3"; expect 452; expect 452; expect 452; expect 452; expect 452; expect 452; expect 452; expect 452; expect 452; expect 452; expect 452
	send "DATA"; expect 354
	send "."; expect 250
	send "QUIT"; expect 221; expect end
}
advance 5s
expect queue empty
