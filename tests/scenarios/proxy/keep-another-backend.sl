# Recipients of another backend are ours; the answer of the first one decides about the message.
use keep
server home { answer content "250 2.6.0 taken" times 1 }
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "RCPT TO:<c@others.test>" "RCPT TO:<d@ours.test>"
	expect 250; expect 250; expect 250; expect 250
	data "a: b\n\nc\n"; expect 250 "2.0.0 Queued as "
}
expect log accepted 1 { to = "c@others.test"; recipients = 1 }
expect log proxied 1 { verdict = accepted; recipients = 3; kept = 1; said = "250 2.6.0 taken"; told ~ "250 2.0.0 Queued as * for some recipients; *" }
expect metric sluice_messages_kept_total = 1
expect metric sluice_messages_proxied_total = 1
advance 10s
expect home got 1
expect home message 1 { to "b@ours.test d@ours.test" }
expect other got 1
expect other message 1 { to "c@others.test"; header Received "*by front.test*" }
expect queue empty
mark
# Its no is everyone's: nothing is stored.
server home { forget; answer content "554 5.7.1 spam" }
client c1 {
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "RCPT TO:<c@others.test>"; expect 250; expect 250; expect 250
	data "a: b\n\nc\n"; expect 554 "5.7.1 spam"
}
expect queue empty
server home { forget; answer DATA "451 4.3.0 not now" }
client c1 {
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "RCPT TO:<c@others.test>"; expect 250; expect 250; expect 250
	send "DATA"; expect 451 "4.3.0 not now"
	send "RSET"; expect 250
}
expect queue empty
expect no-log accepted
