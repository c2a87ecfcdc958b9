# Stopped in order: sessions are told, the queue is kept.
use usual
server home { stop }
client c1 to 192.0.2.25:25 { message a@client.test b@ours.test }
stop
client c1 { expect 421 "4.3.2"; expect end }
server home { start }
start
advance 5m
expect queue empty
expect home got 1
