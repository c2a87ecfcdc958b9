# The exchange is passed on line by line, in both directions, whatever the mechanism.
use passage
server home { script {
	send "220 hop"; expect EHLO; send "250-hop" "250-STARTTLS" "250 AUTH CRAM-MD5 LOGIN"
	expect STARTTLS; send "220 go"; tls; expect EHLO; send "250-hop" "250 AUTH CRAM-MD5 LOGIN"
	expect "AUTH CRAM-MD5"; send "334 PDEyMz4="; expect "YW5uIDAxMjM="; send "235 2.7.0 in"
	expect MAIL; send "250 ok"; expect RCPT; send "250 ok"; expect DATA; send "354 go"; content; send "250 2.0.0 taken"
	expect QUIT; send "221 bye"
} }
client c1 to 192.0.2.25:587 {
	hello; starttls relay.test; hello
	send "AUTH CRAM-MD5"; expect 334 "PDEyMz4="; send "YW5uIDAxMjM="; expect 235 "2.7.0 in"
	message a@client.test x@far.test
	send "QUIT"; expect 221; expect end
}
server home { script {
	send "220 hop"; expect EHLO; send "250-hop" "250-STARTTLS" "250 AUTH LOGIN"
	expect STARTTLS; send "220 go"; tls; expect EHLO; send "250-hop" "250 AUTH LOGIN"
	expect "AUTH LOGIN"; send "334 VXNlcm5hbWU6"; expect "*"; send "501 5.7.0 given up"
	expect QUIT; send "221 bye"
} }
client c2 to 192.0.2.25:587 {
	hello; starttls relay.test; hello
	send "AUTH LOGIN"; expect 334 "VXNlcm5hbWU6"; send "*"; expect 501 "5.7.0 given up"
	send "MAIL FROM:<a@client.test>"; expect 530
	close
}
expect log logged-in 1 { mechanism = CRAM-MD5; login absent }
