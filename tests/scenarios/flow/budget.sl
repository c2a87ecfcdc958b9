# So many may be made to wait at once; with one more, the one slowed down first has to go. And nobody is slowed
# down for ever.
use flow
client c1 to 192.0.2.25:25 from 203.0.113.1 { }
client c2 to 192.0.2.25:25 from 203.0.113.2 { }
client c3 to 192.0.2.25:25 from 203.0.113.3 { }
client c4 to 192.0.2.25:25 from 203.0.113.4 { wait 1s }
client c1 { expect 421 "4.7.0 Too many slow connections; try again later"; expect end }
expect log slowed-out 1 { peer ~ "203.0.113.1:*"; limit = "limits.slowed" }
client c4 { expect nothing 2s; expect 220; close }
client c2 { expect 220; send "NOOP"; expect 250; close }
client c3 { expect 220; close }
client c5 to 192.0.2.25:2525 from 192.0.2.77 {
	expect 220
	send "NOOP"; expect 250; send "NOOP"; expect 250; send "NOOP"; expect 250; send "NOOP"; expect 250
	send "NOOP"; expect 250; send "NOOP"; expect 250; expect 421 "4.7.0 This connection has lasted too long"; expect end
}
expect log slowed-out 1 { limit = "flow.longest" }
expect metric slowed_out_total 2
expect metric slowed 0
