# One line a transaction: who, which backend, what it said and what we said, and where the time went.
use proxy
server home { answer content "250 2.6.0 taken as 4711" after 2s }
client c1 to 192.0.2.25:25 from 192.0.2.77 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	wait 5s
	send "RCPT TO:<b@ours.test>"; expect 250
	send "DATA"; expect 354
	raw "a: b\r\n\r\nc\r\n"
	wait 3s
	raw ".\r\n"; expect 250 "2.6.0 taken as 4711"
}
expect log proxied 1 {
	verdict = accepted; peer ~ "192.0.2.77:*"; from = "a@client.test"; to = "b@ours.test"; recipients = 1
	destination = "hops:home"; backend ~ "*192.0.2.30*"; said = "250 2.6.0 taken as 4711"; told = "250 2.6.0 taken as 4711"
	took-ms ~ "10???"; client-ms ~ "8???"; backend-ms ~ "2???"; checks-ms = 0
}
mark
# What is not a yes has a line as well. A backend's own trouble is told in other words.
server home {
	forget
	answer RCPT for no@ours.test "550 5.1.1 who is that"
	answer RCPT for closing@ours.test "421 4.3.2 bye"
	answer MAIL for "*mallory*" "550 5.7.1 not you"
	answer DATA "451 4.3.0 not now" times 1
}
client c2 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<no@ours.test>"; expect 550
	send "RSET"; expect 250
}
expect log proxied 1 { verdict = rejected; recipients = 0; to absent; said = "550 5.1.1 who is that"; told = "550 5.1.1 who is that" }
mark
client c2 {
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<closing@ours.test>"; expect 451
	send "RSET"; expect 250
}
expect log proxied 1 { verdict = deferred; said ~ "421 4.3.2*"; told ~ "451 4.3.2*" }
mark
client c2 {
	send "MAIL FROM:<mallory@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 550
	send "RSET"; expect 250
}
expect log proxied 1 { verdict = rejected; said = "550 5.7.1 not you"; told = "550 5.7.1 not you" }
mark
client c2 {
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "DATA"; expect 451
	send "RSET"; expect 250
}
expect log proxied 1 { verdict = deferred; recipients = 1; said = "451 4.3.0 not now" }
mark
client c2 {
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<no@ours.test>"; expect 550
	send "RCPT TO:<b@ours.test>"; expect 250
	send "RSET"; expect 250
}
expect log proxied 1 { verdict = abandoned; recipients = 1; to = "b@ours.test"; said absent; told absent }
mark
# Refused for its content, by us.
client c2 {
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "DATA"; expect 354
	raw "a: b\nc\r\n\r\n.\r\n"; expect 550
}
expect log proxied 1 { verdict = refused; said absent; told ~ "550 5.6.11 *" }
mark
# Gone in the middle, and nobody there.
client c2 {
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "DATA"; expect 354
	raw "a: b\r\n\r\n"
	reset
}
advance 1s
expect log proxied 1 { verdict = client-lost }
mark
server home { stop }
client c3 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 451 "4.4.1"
	send "QUIT"; expect 221; expect end
}
expect log proxied 1 { verdict = lost; backend absent; destination = "hops:home"; said absent; told ~ "451 4.4.1*" }
mark
# Where nobody behind us was asked the line has our reply alone; each refusal has its own as well.
client c4 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<x@far.test>"; expect 550
	send "RCPT TO:<x y@ours.test>"; expect 501
	send "RCPT TO:<z@far.test>"; expect 550
	send "RSET"; expect 250
}
expect log refused 3 { command = RCPT }
expect log proxied 1 {
	verdict = refused; from = "a@client.test"; listener = mx; recipients = 0; to absent
	destination absent; backend absent; said absent; told ~ "550 5.7.1 *"
}
mark
# A MAIL that nothing followed, by a client that left and by one that was lost.
client c4 { send "MAIL FROM:<>"; expect 250; send "RSET"; expect 250; send "MAIL FROM:<>"; expect 250; reset }
advance 1s
expect log proxied 1 { verdict = abandoned; from = "<>"; told absent; backend absent }
expect log proxied 1 { verdict = client-lost; told absent }
mark
# One of ours, one of the server behind us: its word counts, whatever came last.
server home { start; forget; answer RCPT for "bad@*" "550 5.1.1 who is that" }
client c5 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<bad@ours.test>"; expect 550
	send "RCPT TO:<x@far.test>"; expect 550
	send "RSET"; expect 250
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<x@far.test>"; expect 550
	send "RCPT TO:<b@ours.test>"; expect 250
	send "QUIT"; expect 221; expect end
}
expect log proxied 1 { verdict = rejected; told = "550 5.1.1 who is that" }
expect log proxied 1 { verdict = abandoned; recipients = 1; told absent }
expect log proxied 2
mark
# Nothing began: MAIL itself was refused.
client c6 to 192.0.2.25:2525 from 203.0.113.9 { hello; send "MAIL FROM:<a@client.test>"; expect 550; send "QUIT"; expect 221; expect end }
expect no-log proxied
