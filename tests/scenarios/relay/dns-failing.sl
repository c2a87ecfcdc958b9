# Names that fail or do not answer defer the mail; it goes when they are well again.
use direct
dns """
	$servfail far.test
	$timeout slow.test
"""
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test; message a@ours.test y@slow.test }
advance 59s
expect queue { rcpt x@far.test waiting attempts 1 reason "look-up of far.test*"; rcpt y@slow.test waiting }
expect log deferred { to = "x@far.test"; status = "4.4.3" }
dns clear
dns """
	far.test 300 A 192.0.2.31
	slow.test 300 A 192.0.2.31
"""
advance 10m
expect queue empty
expect away got 2
expect no-log bounced
