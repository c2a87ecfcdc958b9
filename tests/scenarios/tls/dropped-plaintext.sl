# What was sent behind STARTTLS in the clear is dropped (RFC 3207 section 4.2; CVE-2011-0411): the first reply
# behind the handshake is the one to EHLO.
use secure
client c1 to 192.0.2.25:587 {
	hello
	raw "STARTTLS\r\nEHLO smuggler.test\r\nNOOP\r\nRSET\r\n"; expect 220
	tls relay.test
	send "EHLO client.test"; expect 250 has "greets"
	send "MAIL FROM:<alice@ours.test>"; expect 530
	close
}
expect log notice { what ~ "plain text behind STARTTLS*" }
