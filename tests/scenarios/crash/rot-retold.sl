# The worker that found a message changed is killed before the mail to the postmaster is stored: the next one tells it.
use usual
server home { stop }
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "Subject: flipped\r\n\r\n"; repeat 100 "a line of text that is a line of text\r\n"; send "."; expect 250
	message a@client.test c@ours.test # what is changed is not the end of what was written
	close
}
stop
disk flip spool/0/seg-000001 10000
server home { start }
start
advance 65s
expect log quarantined 1
expect home got 1
kill workers
advance 3h
expect log quarantined 1
expect queue { rcpt * held corrupt }
expect home got 2
expect home message 2 { to boss@ours.test; has "have changed. It is held" }
