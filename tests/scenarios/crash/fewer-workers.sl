# Started again with fewer workers: what the others left is delivered all the same.
use usual
workers 3
server home { stop }
client c1 to 192.0.2.25:25 { message a@client.test b@ours.test; close }
client c2 to 192.0.2.25:25 { message a@client.test c@ours.test; close }
client c3 to 192.0.2.25:25 { message a@client.test d@ours.test; close }
client c4 to 192.0.2.25:25 { message a@client.test e@ours.test; close }
client c5 to 192.0.2.25:25 { message a@client.test f@ours.test; close }
client c6 to 192.0.2.25:25 { message a@client.test g@ours.test; close }
stop
workers 1
server home { start }
start
advance 10m
expect queue empty
expect home got 6
