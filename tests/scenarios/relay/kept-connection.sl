# A connection is kept for the next message, and closed when nothing comes.
use usual
client c1 to 192.0.2.25:25 {
	message a@client.test b@ours.test
	wait 1s
	message a@client.test b@ours.test
	wait 1s
	message a@client.test b@ours.test
	close
}
advance 3s
expect home got 3
expect home connections 1
expect home sessions 1
advance 10s
expect home sessions 0
expect metric connections_reused_total 2
