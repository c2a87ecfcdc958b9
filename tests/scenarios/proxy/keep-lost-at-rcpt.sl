# The backend hangs up on a recipient, and there is no other: who was taken stays taken, who was refused stays refused.
use keep
server home { answer RCPT for c@ours.test close; answer RCPT for no@ours.test "550 5.1.1 who is that" }
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>" "RCPT TO:<no@ours.test>"; expect 250; expect 550 "5.1.1"
	send "RCPT TO:<c@ours.test>" "RCPT TO:<d@ours.test>"; expect 250; expect 250
	send "RCPT TO:<e@others.test>"; expect 250
	data "a: b\n\nc\n"; expect 250 "2.0.0 Queued as "
}
expect home got 0
expect queue { rcpt b@ours.test; rcpt c@ours.test; rcpt d@ours.test; rcpt e@others.test }
server home { forget }
advance 10m
expect queue empty
expect home got 1
expect home message 1 { to "b@ours.test c@ours.test d@ours.test" }
expect other got 1
expect other message 1 { to "e@others.test" }
expect log proxied 1 { verdict = kept; recipients = 4; kept = 4 }
