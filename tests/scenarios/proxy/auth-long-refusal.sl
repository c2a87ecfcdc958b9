# A server that refuses a log-in at length: sixteen lines of it are passed on.
use passage
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	tls: [ { certificate: tls.pem, key-file: tls.key } ]
	listeners:
	  submission: { for: submission, service: proxy, address: "192.0.2.25:587", auth: pass-through, via: home }
	domains: { ours.test: { via: home, recipients: any } }
	hops:
	  home: { hosts: [ "192.0.2.30:587" ], tls: require }
"""
server home { answer AUTH "535-5.7.8 line 1\n535-5.7.8 line 2\n535-5.7.8 line 3\n535-5.7.8 line 4\n535-5.7.8 line 5\n535-5.7.8 line 6\n535-5.7.8 line 7\n535-5.7.8 line 8\n535-5.7.8 line 9\n535-5.7.8 line 10\n535-5.7.8 line 11\n535-5.7.8 line 12\n535-5.7.8 line 13\n535-5.7.8 line 14\n535-5.7.8 line 15\n535-5.7.8 line 16\n535-5.7.8 line 17\n535-5.7.8 line 18\n535-5.7.8 line 19\n535 5.7.8 line 20" times 1 }
client c1 to 192.0.2.25:587 {
	hello; starttls relay.test; hello
	send "AUTH PLAIN AGFubgB3cm9uZw=="; expect 535 lacks "line 17"
	send "NOOP"; expect 250; close
}
