# A user who is taken away begins nothing more, in the session that goes on.
use reload
client c1 to 192.0.2.25:465 { tls relay.test; hello; auth PLAIN alice@ours.test "secret pass"; expect 235; message alice@ours.test x@far.test "From: alice@ours.test\n\nHello\n" }
file users "bob:*\n"
file users ""
user bob "other pass" "*@bob.test"
reload
client c1 { send "MAIL FROM:<alice@ours.test>"; expect 530 "5.7.0" }
client c2 to 192.0.2.25:465 { tls relay.test; hello; auth PLAIN alice@ours.test "secret pass"; expect 535; close }
advance 5s
expect away got 1
