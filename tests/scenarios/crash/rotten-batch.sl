# A batch whose head has changed cannot be read: put aside, byte for byte; the log and the postmaster are told the place and the messages.
use usual
server home { stop }
client c1 to 192.0.2.25:25 { message a@client.test b@ours.test }
client c2 to 192.0.2.25:25 { message a@client.test c@ours.test }
client c3 to 192.0.2.25:25 { message a@client.test d@ours.test }
stop
disk flip spool/0/seg-000001 8200
server home { start }
start
advance 10m
expect log trouble 1 { reason ~ "rotten records*"; partition = 0; segment = 1; offset = 8192; queue-ids ~ "*" }
expect metric spool_rotten_total 1
expect queue empty
expect home got 3
expect home message 1 { to boss@ours.test; has "partition 0, segment 1"; has "quarantine/" }
