# A server that has no recipient of a transaction does not decide about those of another one: they are asked about at their
# own, in one breath or not, and only who was accepted somewhere makes the others wait.
use keep
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 64KiB }
	listeners:
	  mx: { for: mx, service: proxy, on-backend-failure: spool, address: "192.0.2.25:25" }
	  plain: { for: mx, service: proxy, address: "192.0.2.25:26" }
	domains:
	  ours.test: { via: home, recipients: any }
	  others.test: { via: other, recipients: any }
	  boxes.test: { via: boxes, recipients: any }
	retry: { schedule: [ 1m ], jitter: 0 }
	hops:
	  home: { hosts: [ "192.0.2.30:25" ], tls: off, tell-client: xforward }
	  other: { hosts: [ "192.0.2.31:25" ], tls: off, tell-client: xclient }
	  boxes: { hosts: [ "lmtp://192.0.2.32:24" ], tls: off }
"""
server home { offer XFORWARD "XFORWARD ADDR PROTO HELO IDENT SOURCE"; answer RCPT for "no*" "550 5.1.1 who is that"; answer MAIL for "*mallory*" "550 5.7.1 not you" }
server other { offer XCLIENT "XCLIENT ADDR PORT PROTO HELO DESTADDR DESTPORT"; answer RCPT for "no*" "550 5.1.1 not here" }
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<no1@ours.test>" "RCPT TO:<no2@ours.test>" "RCPT TO:<c@others.test>" "RCPT TO:<d@ours.test>" "RCPT TO:<no@others.test>"
	expect 250; expect 550 "5.1.1 who is that"; expect 550; expect 250; expect 250 "2.1.5 Recipient taken"; expect 550 "5.1.1 not here"
	data "a: b\n\nc\n"; expect 250 "2.0.0 Queued as "
}
expect log proxied 1 { verdict = accepted; to = "c@others.test"; destination = "hops:other"; backend ~ "*192.0.2.31*"; recipients = 2; kept = 1 }
expect other got 1
expect other message 1 { to "c@others.test"; told "*XCLIENT*ADDR=192.0.2.9*" }
advance 10s
expect home got 1
expect home message 1 { to "d@ours.test" }
mark
# The one server's no is the reply of the one, the other's of the other; the line names the one that spoke last.
client c1 {
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<no@ours.test>"; expect 550 "5.1.1 who is that"
	send "RCPT TO:<no@others.test>"; expect 550 "5.1.1 not here"
	send "RSET"; expect 250
}
expect log proxied 1 { verdict = rejected; destination = "hops:other"; said = "550 5.1.1 not here"; recipients = 0; kept = 0 }
mark
# And back; a session with either is given back and used again.
client c1 {
	send "MAIL FROM:<a@client.test>" "RCPT TO:<no@ours.test>" "RCPT TO:<no@others.test>" "RCPT TO:<b@ours.test>"
	expect 250; expect 550 "5.1.1 who is that"; expect 550 "5.1.1 not here"; expect 250
	send "RCPT TO:<c@others.test>"; expect 250 "2.1.5 Recipient taken"
	data "a: b\n\nd\n"; expect 250 "2.0.0 Queued as "
}
advance 10s
expect log proxied 1 { verdict = accepted; to = "b@ours.test"; destination = "hops:home"; recipients = 2; kept = 1 }
expect home got 2
expect other got 2
# No more connections than before; the queue's own, which speaks for nobody, is another.
expect home connections 2
expect other connections 3
mark
# No to MAIL is no to all that the server could get, whoever else has taken some; it is not asked a second time.
client c1 {
	send "MAIL FROM:<mallory@client.test>" "RCPT TO:<b@ours.test>" "RCPT TO:<c@others.test>"; expect 250; expect 550 "5.7.1 not you"; expect 250
	send "RCPT TO:<d@ours.test>"; expect 550 "5.7.1 not you"
	data "a: b\n\nc\n"; expect 250 lacks "Queued"
}
expect log proxied 1 { verdict = accepted; destination = "hops:other"; recipients = 1; kept = 0 }
expect other got 3
expect queue empty
mark
# Nobody was asked about those whose server is away: the line names no server, and the mail is kept.
server other { stop }
client c1 {
	send "MAIL FROM:<a@client.test>" "RCPT TO:<no@ours.test>" "RCPT TO:<c@others.test>"; expect 250; expect 550; expect 250
	data "a: b\n\ne\n"; expect 250 "2.0.0 Queued as "
}
expect log proxied 1 { verdict = kept; destination = "hops:other"; backend absent; said absent; kept = 1 }
mark
# Who is kept because the own server is away does not decide for others either.
client c1 {
	send "MAIL FROM:<a@client.test>" "RCPT TO:<c@others.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250 "2.1.5 Recipient taken"; expect 250 lacks "taken"
	data "a: b\n\nf\n"; expect 250 "2.0.0 Queued as "
	close
}
expect log proxied 1 { verdict = accepted; destination = "hops:home"; recipients = 2; kept = 1 }
expect home got 3
server other { start }
advance 10m
expect other got 5
expect queue empty
mark
# Without a spool the same, and who is accepted somewhere leaves the others to another transaction.
client c2 to 192.0.2.25:26 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<no@ours.test>" "RCPT TO:<c@others.test>" "RCPT TO:<b@ours.test>" "RCPT TO:<d@others.test>"
	expect 250; expect 550 "5.1.1 who is that"; expect 250; expect 452 "4.5.3"; expect 250
	data "a: b\n\ng\n"; expect 250
	close
}
expect other got 6
expect other message 6 { to "c@others.test d@others.test" }
expect log proxied 1 { verdict = accepted; destination = "hops:other"; recipients = 2 }
# A box that is not there is no reason to send the next one away.
server boxes { answer RCPT for "no*" "550 5.1.1 no box" }
client c3 to 192.0.2.25:26 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<no@boxes.test>" "RCPT TO:<b@boxes.test>" "RCPT TO:<c@boxes.test>"
	expect 250; expect 550 "5.1.1 no box"; expect 250; expect 452 "4.5.3"
	data "a: b\n\nh\n"; expect 250
	close
}
expect boxes got 1
expect boxes message 1 { to "b@boxes.test" }
