# Three members hang and a fourth is well: a transaction asks three at most, so the first of them is to blame, until the
# fourth is asked. Where no more of them are left than one transaction asks, nobody is to blame any more.
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25" } }
	domains: { ours.test: { via: pool, recipients: any } }
	hops: { pool: { hosts: [ "192.0.2.31:25", "192.0.2.32:25", "192.0.2.33:25", "192.0.2.34:25" ], tls: off } }
"""
server one 192.0.2.31:25 { answer MAIL silence }
server two 192.0.2.32:25 { answer MAIL silence }
server three 192.0.2.33:25 { answer MAIL silence }
server four 192.0.2.34:25 { }
client c1 to 192.0.2.25:25 {
	hello; send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b1@ours.test>"; wait 31s; expect 451 "4.4.2"
	send "RCPT TO:<b2@ours.test>"; expect 451; send "RSET"; expect 250
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b1@ours.test>"; wait 31s; expect 250; expect 451 "4.4.2"; send "RSET"; expect 250
}
expect no-log member-down
client c1 { send "MAIL FROM:<a@client.test>" "RCPT TO:<b1@ours.test>"; wait 31s; expect 250; expect 451 "4.4.2"; send "RSET"; expect 250 }
expect log member-down 1 { member ~ "192.0.2.31*" }
client c1 { send "MAIL FROM:<a@client.test>" "RCPT TO:<b1@ours.test>"; wait 31s; expect 250; expect 250; data "Subject: 1\n\none\n"; expect 250; close }
expect four got 1
expect log member-down 1

# What all of them are lost by leaves three of the four.
advance 20m
mark
server one { forget; answer RCPT for "x*" close }
server two { forget; answer RCPT for "x*" close }
server three { forget; answer RCPT for "x*" close }
server four { forget; answer RCPT for "x*" close }
client evil to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<x@ours.test>"; expect 250; expect 451; send "RSET"; expect 250
	send "MAIL FROM:<a@client.test>" "RCPT TO:<x@ours.test>"; expect 250; expect 451; send "RSET"; expect 250
	send "MAIL FROM:<a@client.test>" "RCPT TO:<x@ours.test>"; expect 250; expect 451; send "RSET"; expect 250
	send "MAIL FROM:<a@client.test>" "RCPT TO:<x@ours.test>"; expect 250; expect 451; send "RSET"; expect 250
	send "MAIL FROM:<a@client.test>" "RCPT TO:<x@ours.test>"; expect 250; expect 451; send "RSET"; expect 250
	send "MAIL FROM:<a@client.test>" "RCPT TO:<x@ours.test>"; expect 250; expect 451; send "RSET"; expect 250
	send "MAIL FROM:<a@client.test>" "RCPT TO:<x@ours.test>"; expect 250; expect 451; close
}
expect log member-down 1 { member ~ "192.0.2.31*" }
expect log member-down 1
