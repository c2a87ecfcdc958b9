# The greeting is late for strangers, and whoever speaks before it is shown the door, or marked: each mark
# counts as an error. Who comes from a network of ours waits for nothing.
use flow
client c1 to 192.0.2.25:25 from 203.0.113.1 { expect nothing 3900ms; expect 220; close }
client c2 to 192.0.2.25:25 from 203.0.113.2 { send "EHLO client.test"; expect nothing 3900ms; expect 554 "5.5.1 You spoke before the greeting"; expect end }
expect log early-talker 1 { peer ~ "203.0.113.2:*"; done = "refused" }
client c3 to 192.0.2.25:26 from 203.0.113.3 { send "EHLO client.test"; expect nothing 13900ms; expect 220; expect nothing 9900ms; expect 250; close }
expect log early-talker 1 { peer ~ "203.0.113.3:*"; done = "marked" }
client c4 to 192.0.2.25:26 from 203.0.113.4 { expect nothing 3900ms; expect 220; send "NOOP"; expect 250; close }
client c5 to 192.0.2.25:25 from 203.0.113.5 { close }
client c6 to 192.0.2.25:25 from 192.0.2.77 { expect 220; send "NOOP"; expect 250; close }
advance 10s
expect log early-talker 2
expect metric early_talkers_total 2
expect metric slowed 0
