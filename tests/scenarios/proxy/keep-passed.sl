# With a backend that answers, a front that could store stores nothing: its yes and its no are passed on.
use keep
server home {
	answer MAIL for "*mallory*" "550 5.7.1 not you"
	answer RCPT for no@ours.test "550 5.1.1 who is that"
	answer RCPT for later@ours.test "451 4.2.1 later"
	answer content for "*" "250 2.6.0 taken" times 1
}
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "RCPT TO:<no@ours.test>"; expect 550 "5.1.1 who is that"
	send "RCPT TO:<later@ours.test>"; expect 451 "4.2.1 later"
	data "a: b\n\nc\n"; expect 250 "2.6.0 taken"
	send "MAIL FROM:<mallory@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 550 "5.7.1 not you"
	send "RCPT TO:<c@ours.test>"; expect 550 "5.7.1 not you"
	send "RSET"; expect 250
}
server home { forget; answer content "554 5.7.1 spam" }
client c1 {
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	data "a: b\n\nc\n"; expect 554 "5.7.1 spam"
}
server home { forget; answer content "452 4.3.1 full" }
client c1 {
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	data "a: b\n\nc\n"; expect 452 "4.3.1 full"
}
server home { forget; answer DATA "554 5.3.4 no content for you" }
client c1 {
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	send "DATA"; expect 554 "5.3.4 no content for you"
	send "QUIT"; expect 221; expect end
}
expect home got 1
expect queue empty
expect no-log accepted
expect metric sluice_messages_kept_total = 0
expect metric sluice_messages_proxied_total = 1
