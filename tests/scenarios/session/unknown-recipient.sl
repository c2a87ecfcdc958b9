# Recipients that do not exist are refused in the session; their list is a file.
use usual
file list """
	# who exists
	b@ours.test
	carl
"""
config """
	hostname: relay.test
	postmaster: boss@ours.test
	listeners: { mx: { for: mx, address: "192.0.2.25:25" } }
	domains: { ours.test: { via: home, recipients: [ { file: list } ] } }
	spool: { path: spool, segment-size: 64KiB }
	hops: { home: { hosts: [ "192.0.2.30:25" ], tls: off } }
"""
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<nobody@ours.test>"; expect 550 "5.1.1"
	send "RCPT TO:<B@ours.test>"; expect 250
	send "RCPT TO:<carl@ours.test>"; expect 250
	close
}
