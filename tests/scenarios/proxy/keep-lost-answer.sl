# The backend has the whole message and hangs up: nobody knows, so it is neither 250 nor stored.
use keep
server home { answer content close times 1 }
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "RCPT TO:<c@others.test>"; expect 250; expect 250; expect 250
	data "a: b\n\nc\n"; expect 451 "4.4.2"
	send "NOOP"; expect 250
	close
}
expect queue empty
expect no-log accepted
expect log proxied 1 { verdict = in-doubt; kept = 0 }
expect metric sluice_recipients_in_doubt_total = 1
advance 10m
expect other got 0
