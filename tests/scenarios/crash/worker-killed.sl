# One of three workers dies: the others go on, it is started again and delivers what it had.
use usual
workers 3
server home { stop }
client c1 to 192.0.2.25:25 { message a@client.test b@ours.test; close }
client c2 to 192.0.2.25:25 { message a@client.test c@ours.test; close }
client c3 to 192.0.2.25:25 { message a@client.test d@ours.test; close }
client c4 to 192.0.2.25:25 { message a@client.test e@ours.test; close }
expect queue 4
kill worker 1
client c5 to 192.0.2.25:25 { message a@client.test f@ours.test; close }
advance 10s
expect queue 5
server home { start }
advance 10m
expect queue empty
expect home got 5
