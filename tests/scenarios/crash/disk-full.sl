# The disk is full: refused before work begins; what was accepted stays, and room makes all well again.
use usual
server home { stop }
client c1 to 192.0.2.25:25 { message a@client.test b@ours.test }
disk capacity 300000
advance 2s
expect queue 1
advance 2s
client c1 {
	send "MAIL FROM:<a@client.test>"; expect 452 "4.3.1"
	send "QUIT"; expect 221; expect end
}
server home { start }
advance 5m
expect queue empty
expect home got 1
disk capacity 1000000000
# Whoever asks makes the spool look again.
client c1 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 452 "4.3.1"; close }
advance 5s
client c1 to 192.0.2.25:25 { message a@client.test b@ours.test }
advance 5s
expect home got 2
