# Without room there is nothing to fall back on: as if we did not store at all.
use keep
client c1 to 192.0.2.25:25 { hello }
disk capacity 300000
advance 5s
# Whoever asks makes the spool look again.
client c1 { send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "RSET"; expect 250; expect 250; expect 250 }
advance 5s
client c1 {
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "RCPT TO:<c@others.test>"; expect 250; expect 250; expect 452 "4.5.3"
	data "a: b\n\nc\n"; expect 250
}
server home { stop }
client c1 {
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 451 "4.4.1"
	send "RSET"; expect 250
}
expect home got 1
expect queue empty
expect log proxied 1 { verdict = lost; kept = 0 }
# Room that ends between RCPT and the end of the content: the truth there, too, and nothing at the live backend.
advance 5s
disk capacity 1000000000
client c1 { send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "RSET"; expect 250; skip 1; expect 250 }
advance 5s
server home { start }
advance 2m
client c1 { send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "RCPT TO:<c@others.test>"; expect 250; expect 250; expect 250 }
disk capacity 300000
advance 5s
client c2 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "RSET"; expect 250; expect 250; expect 250 }
advance 5s
client c1 { send "DATA"; expect 452 "4.3.1"; close }
expect home got 1
expect queue empty
