# What a worker may hold is used up: no recipient is taken in a backend's place.
use keep
memory 1
server home { stop }
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 452 "4.3.1"
	close
}
expect queue empty
