# A stranger's mail to ours that fails: no report to an address that nobody vouches for.
use usual
server home { answer RCPT for "perm@*" "550 5.1.1 no such user" }
client c1 to 192.0.2.25:25 { message stranger@far.test perm@ours.test }
advance 1m
expect queue { rcpt perm@ours.test held undeliverable }
expect away got 0
expect log undeliverable { from = "stranger@far.test" }
expect home got 1
expect home message 1 { to "boss@ours.test" }
