# A backend whose TLS does not work, where it must. That its certificate is not good is a matter for a person; what it
# says in the clear behind its 220 is never taken for its answer under TLS. Whole: what comes later is no handshake.
use backend
certificate front.test
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25" } }
	domains: { one.test: { via: single, recipients: any }, two.test: { via: pair, recipients: any } }
	hops:
	  single: { hosts: [ one.behind.test ], tls: verify, ca-file: ca.pem }
	  pair: { hosts: [ bad.behind.test, good.behind.test ], tls: verify, ca-file: ca.pem }
"""
dns """
	one.behind.test 300 A 192.0.2.30
	bad.behind.test 300 A 192.0.2.31
	good.behind.test 300 A 192.0.2.32
"""
server one { tls one.behind.test }
server good { tls good.behind.test }

link whole 192.0.2.30
server one { answer STARTTLS silence }
server bad { tls bad.behind.test; answer STARTTLS silence }
client silence to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<silence@one.test>"; expect 250; expect 451 "4.4.1"; close }
client silence to 192.0.2.25:25 { message a@client.test silence@two.test; close }
advance 15m
server one { forget; answer STARTTLS close }
client close to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<close@one.test>"; expect 250; expect 451 "4.4.1"; close }
advance 15m
server one { forget; answer STARTTLS "454 4.7.0 not now" }
client later to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<later@one.test>"; expect 250; expect 451 "4.4.1"; close }
advance 15m
server one { forget; answer STARTTLS "502 5.5.1 never" }
client never to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<never@one.test>"; expect 250; expect 451 "4.4.1"; close }
expect no-log alarm
advance 15m
server one { forget; tls another.test }
client named to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<named@one.test>"; expect 250; expect 451 "4.3.5"; close }
expect log alarm 1
advance 15m
server one { tls one.behind.test expired }
client expired to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<expired@one.test>"; expect 250; expect 451 "4.3.5"; close }
expect log alarm 2
advance 15m
server one {
	tls one.behind.test
	script {
		send "220 hop"; expect EHLO; send "250-hop" "250-8BITMIME" "250 STARTTLS"
		expect STARTTLS; raw "220 go\r\n250-hop\r\n250-CHUNKING\r\n250 PIPELINING\r\n250 2.1.0 ok\r\n"; tls
		expect EHLO; send "250-hop" "250 8BITMIME"
		expect MAIL; send "250 2.1.0 ok"; expect RCPT; send "250 2.1.5 ok"; expect DATA; send "354 go on"; content; send "250 2.0.0 taken under TLS"
		expect QUIT; send "221 bye"
	}
}
client clear to 192.0.2.25:25 {
	hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<clear@one.test>" "DATA"; expect 250; expect 250; expect 354
	send "a: b" "" "c" "."; expect 250 "2.0.0 taken under TLS"; send "RSET"; expect 250; close
}
expect good got 1
expect one got 0
expect bad got 0
