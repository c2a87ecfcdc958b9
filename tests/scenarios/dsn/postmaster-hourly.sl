# The postmaster hears of what may not bounce once an hour, not for each.
use usual
server home { answer RCPT for "perm@*" "550 5.1.1 no such user" }
client c1 to 192.0.2.25:25 {
	message s@far.test perm@ours.test
	message s@far.test perm@ours.test
	message s@far.test perm@ours.test
}
advance 1m
expect home got 1
expect home message 1 { to "boss@ours.test" }
client c1 to 192.0.2.25:25 { message s@far.test perm@ours.test }
advance 30m
expect home got 1
advance 40m
expect home got 2
expect queue 4
