# In the clear nothing is taken on a submission listener but STARTTLS; and no password crosses a network on
# any other.
use secure
client c1 to 192.0.2.25:587 {
	expect 220
	send "EHLO client.test"; expect 250 lacks "AUTH"
	send "MAIL FROM:<alice@ours.test>"; expect 530 "5.7.0"
	send "AUTH PLAIN AGJvYgBwYXNz"; expect 538 "5.7.11"
	close
}
client c2 to 192.0.2.25:2525 {
	expect 220
	send "EHLO client.test"; expect 250 has "SCRAM-SHA-256" lacks "PLAIN"
	send "AUTH PLAIN AGJvYgBwYXNz"; expect 504
	auth SCRAM-SHA-256 bob "other pass"; expect 235
	close
}
