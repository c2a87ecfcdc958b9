# kill -9: what was answered 250 is delivered by the program that is started again.
use usual
server home { stop }
client c1 to 192.0.2.25:25 { message a@client.test b@ours.test; message a@client.test c@ours.test }
kill
server home { start }
start
advance 5m
expect queue empty
expect home got 2
