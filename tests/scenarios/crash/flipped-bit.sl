# A stored message changes while it lies there: it is held, counted and reported, never altered, never silent.
use usual
server home { stop }
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "Subject: flipped\r\n\r\n"; repeat 100 "a line of text that is a line of text\r\n"; send "."; expect 250
	message a@client.test c@ours.test
	message a@client.test d@ours.test
	close
}
stop
disk flip spool/0/seg-000001 10000
server home { start }
start
advance 10m
expect queue { rcpt * held corrupt }
expect metric spool_corrupt_total 1
expect log quarantined 1
expect home got 3
expect home message 3 { to boss@ours.test; has "have changed" }
