# A kept connection that was closed meanwhile: the message goes over a new one, at once.
use failover
server away { answer content "250 2.0.0 taken" close }
client c1 to 192.0.2.25:2525 {
	message a@ours.test x@far.test
	wait 1s
	message a@ours.test x@far.test
}
advance 5s
expect queue empty
expect away got 2
expect away connections 2
expect no-log deferred
