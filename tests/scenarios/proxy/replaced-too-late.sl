# A backend is lost before the content, and no other one answers within half a minute: the client is told once, and why is logged.
use proxy
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 64KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25" } }
	domains: { ours.test: { via: home, recipients: any } }
	hops: { home: { hosts: [ "192.0.2.30:25", "192.0.2.31:25" ], tls: off } }
"""
server other { answer MAIL silence }
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
}
server home { stop }
client c1 {
	send "DATA"; wait 1m; expect 451 "4.4.2"
	send "RSET"; expect 250
	close
}
expect log backend-lost { why = "no other backend answered in time" }
expect no-log alarm
