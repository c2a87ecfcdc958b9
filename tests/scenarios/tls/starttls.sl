# STARTTLS, and a message over it.
use secure
client c1 to 192.0.2.25:25 {
	expect 220
	send "EHLO client.test"; expect 250 has "STARTTLS"
	starttls relay.test
	send "EHLO client.test"; expect 250 lacks "STARTTLS"
	message a@client.test b@ours.test
	send "QUIT"; expect 221; expect end
}
advance 5s
expect home message 1 { header Received "*with ESMTPS id*" }
expect log accepted { tls = "TLSv1.3" }
