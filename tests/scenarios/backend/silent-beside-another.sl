# A server behind us is silent before the content. While another one is well it is left after 20 seconds, so
# that the client has its answer within half a minute; where nobody else is there it is waited for.
use backend
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	listeners:
	  mx: { for: mx, service: proxy, address: "192.0.2.25:25" }
	  late: { for: mx, service: proxy, connect: dot, address: "192.0.2.25:2525" }
	domains: { one.test: { via: single, recipients: any }, two.test: { via: pair, recipients: any } }
	hops:
	  single: { hosts: [ "192.0.2.30:25" ], tls: off }
	  pair: { hosts: [ "192.0.2.31:25", "192.0.2.32:25" ], tls: off }
"""

# At MAIL.
server bad { answer MAIL silence }
client mail to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<mail@two.test>"; expect nothing 19s; wait 2s; expect 250; data "Subject: 1\n\none\n"; expect 250; close }
expect log backend-lost 1 { why = "timed out, waiting for the reply to MAIL"; mail ~ "another*" }
expect log proxied 1 { verdict = accepted; backend ~ "*192.0.2.32*"; took-ms ~ "2????" }
advance 15m
mark

# At RCPT, in one step with MAIL.
server bad { forget; answer RCPT silence }
client step to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<step@two.test>"; expect nothing 19s; wait 2s; expect 250; data "Subject: 0\n\nzero\n"; expect 250; close }
expect log backend-lost 1 { why ~ "timed out, waiting for the reply to RCPT*"; mail ~ "another*" }
advance 15m
mark

# At the second recipient, when the first was answered already.
server bad { forget; answer RCPT for "silent@*" silence }
client rcpt to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<rcpt@two.test>"; expect 250; expect 250; send "RCPT TO:<silent@two.test>"; expect nothing 19s; wait 2s; expect 250; data "Subject: 2\n\ntwo\n"; expect 250; close }
expect log backend-lost 1 { why = "timed out, waiting for the reply to RCPT"; mail ~ "another*" }
expect log member-down 1 { member ~ "192.0.2.31*" }
expect good message 3 { to "rcpt@two.test silent@two.test" }
advance 15m
mark

# At DATA.
server bad { forget; answer DATA silence }
client data to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<data@two.test>"; expect 250; expect 250; send "DATA"; expect nothing 19s; wait 2s; expect 354; send "Subject: 3" "" "three" "."; expect 250; close }
expect log backend-lost 1 { why = "timed out, waiting for the reply to DATA"; mail ~ "another*" }
advance 15m
mark

# Where the message is whole before anybody is asked.
server bad { forget; answer MAIL silence }
client dot to 192.0.2.25:2525 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<dot@two.test>" "DATA"; expect 250; expect 250; expect 354; send "Subject: 4" "" "four" "."; expect nothing 19s; wait 2s; expect 250; close }
expect log backend-lost 1 { mail ~ "another*" }
advance 15m
mark

# Recipients in one breath: each comes in time, all together do not; then they do.
server bad { forget; offer SIZE; answer RCPT "250 2.1.5 at last" after 12s }
client breath to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<b1@two.test>" "RCPT TO:<b2@two.test>" "RCPT TO:<b3@two.test>"; expect nothing 25s; wait 2s; expect 250; expect 250; expect 250; data "Subject: 5\n\nfive\n"; expect 250; close }
expect log backend-lost 1 { why = "timed out, waiting for the reply to RCPT and those before it"; mail ~ "another*" }
expect good got 6
advance 15m
# All replies come at once, when the last is ready.
server bad { forget; offer PIPELINING; answer RCPT "250 2.1.5 at last" after 8s }
client slow to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<b1@two.test>" "RCPT TO:<b2@two.test>" "RCPT TO:<b3@two.test>"; expect nothing 23s; wait 2s; expect 250; expect 250; expect 250; data "Subject: 6\n\nsix\n"; expect 250; close }
expect bad got 1
advance 15m
mark

# The other one is known to be down: who is there is waited for.
server bad { forget; stop }
server good { stop }
client away to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<away@two.test>"; expect 451; close }
server bad { forget; start; answer MAIL "250 2.1.0 at last" after 1m }
client waits to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<waits@two.test>"; expect nothing 59s; wait 2s; expect 250; data "Subject: 7\n\nseven\n"; expect 250; close }
expect bad got 2

# There is no other one.
server one { answer MAIL silence }
client alone to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<alone@one.test>"; expect nothing 119s; wait 2s; expect 451 "4.4.2"; close }
expect log backend-lost { why = "timed out, waiting for the reply to MAIL" }
expect one got 0
expect good got 6
expect queue empty
