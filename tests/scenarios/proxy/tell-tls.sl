# The PROXY header comes before TLS, XCLIENT after it and before the log-in; that the client spoke TLS is told as well.
use told
certificate front.test
config """
	hostname: front.test
	postmaster: boss@none.test
	spool: { path: spool, segment-size: 256KiB }
	tls: [ { certificate: tls.pem, key-file: tls.key } ]
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25" } }
	domains:
	  xclient.test: { via: xclient, recipients: any }
	  v2.test: { via: v2, recipients: any }
	hops:
	  xclient: { hosts: [ "192.0.2.32:25" ], tls: require, tell-client: xclient, login: { user: me, password-file: secret } }
	  v2: { hosts: [ "smtps://192.0.2.34:25" ], tls: require, tell-client: proxy-v2, health: { every: 10s } }
"""
file secret "word"
server xclient { tls xclient.test; login me word; offer PIPELINING "XCLIENT NAME ADDR" "AUTH PLAIN" }
server v2 { tls v2.test; implicit }
client c1 to 192.0.2.25:25 {
	hello; starttls front.test
	message a@client.test b@xclient.test
	message a@client.test b@v2.test
	send "QUIT"; expect 221; expect end
}
expect xclient message 1 { tls; login; told "EHLO front.test | EHLO front.test | XCLIENT NAME=[UNAVAILABLE] ADDR=192.0.2.9 | EHLO client.test" }
expect v2 message 1 { tls; told "PROXY v2 192.0.2.9:* 192.0.2.25:25 TLSv1.3 | EHLO client.test" }
advance 70s
expect v2 connections >= 2                              # checks say that they speak for nobody
client c2 to 192.0.2.25:25 { message a@client.test c@v2.test }
expect v2 message 2 { told "PROXY v2 192.0.2.9:* 192.0.2.25:25 | EHLO client.test" }
