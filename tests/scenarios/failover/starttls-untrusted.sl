# A host whose certificate nobody trusts.
use failover-tls
server away { tls one.away.test untrusted }
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 5s
expect away got 0
expect spare got 1
