# The first that is well takes all; a dead one is left alone, each time for longer, and takes over when it is back.
use pool
client c1 to 192.0.2.25:25 { message a@client.test b@ours.test; message a@client.test b@ours.test; close }
expect one got 2
server one { stop }
advance 10s
client c2 to 192.0.2.25:25 { message a@client.test b@ours.test; message a@client.test b@ours.test; close }
expect two got 2
expect log member-down 1 { hops = "pool"; member = "192.0.2.31:25"; why ~ "connect to *refused*"; for-s = "60" }
server one { start }
advance 50s
client c3 to 192.0.2.25:25 { message a@client.test b@ours.test; close }
expect two got 3
advance 15s
client c4 to 192.0.2.25:25 { message a@client.test b@ours.test; close }
expect one got 3
expect three got 0
expect log member-up 1 { member = "192.0.2.31:25"; by = "session" }
