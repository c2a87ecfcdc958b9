# A reply in pieces, which become larger where the whole would take too long. It is the same reply.
use flow
client c1 to 192.0.2.25:27 from 203.0.113.1 { wait 6s }
expect metric slowed 1
client c1 { wait 5s }
expect metric slowed 0
client c1 { expect 220 "relay.test ESMTP sluice"; send "EHLO client.test"; wait 25s }
expect metric slowed 1
client c1 { wait 6s }
expect metric slowed 0
client c1 { expect 250 has "PIPELINING"; send "NOOP" "QUIT"; wait 1s }
expect metric slowed 1
client c1 { expect 250; expect 221; expect end }
client c2 to 192.0.2.25:27 from 192.0.2.77 { send "NOOP"; wait 100ms }
expect metric slowed 0
client c2 { expect 220; expect 250; send "QUIT"; expect 221; expect end }
