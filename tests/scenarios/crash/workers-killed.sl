# All workers die at once; the supervisor and its sockets stay.
use usual
workers 3
server home { stop }
client c1 to 192.0.2.25:25 { message a@client.test b@ours.test; close }
client c2 to 192.0.2.25:25 { message a@client.test c@ours.test; close }
kill workers
client c3 to 192.0.2.25:25 { message a@client.test d@ours.test; close }
server home { start }
advance 10m
expect queue empty
expect home got 3
