# A backend that does not take our log-in: a matter for a person, and never the client's mail's fault.
use backend
certificate front.test
file secret "s3cret\n"
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25" } }
	domains: { one.test: { via: single, recipients: any } }
	hops:
	  single: { hosts: [ one.behind.test ], tls: verify, ca-file: ca.pem, login: { user: me, password-file: secret } }
"""
dns """
	one.behind.test 300 A 192.0.2.30
"""
server one { tls one.behind.test; login me "s3cret"; offer "PIPELINING" "AUTH PLAIN" }
server one { answer AUTH "535 5.7.8 no" }
client never to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<never@one.test>"; expect 250; expect 451 "4.3.5"; close }
expect log alarm 1 { why ~ "*log-in*" }
advance 15m
server one { answer AUTH "454 4.7.0 later" }
client later to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<later@one.test>"; expect 250; expect 451; close }
advance 15m
server one { answer AUTH silence }
client silence to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<silence@one.test>"; expect 250; expect 451 "4.4.1"; close }
advance 15m
server one { answer AUTH close }
client close to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<close@one.test>"; expect 250; expect 451 "4.4.1"; close }
advance 15m
server one { answer AUTH "501 5.5.2 what" }
client what to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<what@one.test>"; expect 250; expect 451 "4.3.5"; close }
advance 15m
server one { answer AUTH "235 2.7.0 welcome" }
client c1 to 192.0.2.25:25 { message a@client.test b@one.test; close }
expect one got 1
expect one message 1 { login; tls }
