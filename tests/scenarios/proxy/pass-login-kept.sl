# A log-in that was passed through by a connection which others had used before is lost with it: nothing follows without it.
certificate relay.test
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	tls: [ { certificate: tls.pem, key-file: tls.key } ]
	delivery: { idle-timeout: 60s }
	listeners:
	  submission: { for: submission, service: proxy, address: "192.0.2.25:587", auth: pass-through, via: home }
	  mx: { for: mx, service: proxy, address: "192.0.2.25:25" , tls: off }
	domains: { ours.test: { via: home, recipients: any } }
	routes: [ { via: home } ]
	hops:
	  home: { hosts: [ "192.0.2.30:587" ], tls: require }
"""
server home 192.0.2.30:587 { tls home.test; offer PIPELINING 8BITMIME "AUTH PLAIN LOGIN" ; answer AUTH "235 2.7.0 in" }
client m to 192.0.2.25:25 { hello ; message s@x.test b@ours.test ; send "QUIT" ; expect 221 }
client u to 192.0.2.25:587 { hello ; starttls relay.test ; hello ; auth PLAIN "ann" "pencil" ; expect 235 }
server home { answer MAIL "" times 1 close }
client u { send "MAIL FROM:<ceo@victim.test>"; expect 250; send "RCPT TO:<any@where.test>"; expect 451 "4.4.2"; send "RSET"; expect 250; send "MAIL FROM:<ceo@victim.test>"; expect 421; expect end }
expect home got 1
expect queue empty
