# The backend took its part, and the disk fails behind that: the client hears no 250, and sends all of it again.
use keep
client c1 to 192.0.2.25:25 { hello }
disk fail sync 1
client c1 {
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "RCPT TO:<c@others.test>"; expect 250; expect 250; expect 250
	data "a: b\n\nc\n"; expect 451 "4.3.0"
}
expect home got 1
expect log proxied 1 { verdict = deferred; kept = 0; said ~ "250 *"; told ~ "451 4.3.0*" }
expect no-log accepted
