# Who looks at the queue finds that a message has changed: it is held, logged and told to the postmaster, once each.
use usual
server away { stop }
client c1 to 192.0.2.25:2525 {
	message a@ours.test b@far.test
	message a@ours.test c@ours.test # what is changed is not the end of what was written
}
advance 1m
stop
start
advance 1s
disk flip spool/0/seg-000001 8340
expect queue { rcpt * held corrupt }
expect queue { rcpt * held corrupt }
expect log quarantined 1
server away { start }
advance 3h
expect log quarantined 1
expect away got 0
expect home got 2
expect home message 2 { to boss@ours.test; has "have changed. It is held" }
