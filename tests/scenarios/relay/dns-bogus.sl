# Answers that fail validation: deferred with an alarm, never bounced (DESIGN section 4).
use direct
dns """
	ours.test 300 MX 10 mx.ours.test
	mx.ours.test 300 A 192.0.2.30
	far.test 300 A 192.0.2.31
	$bogus far.test
"""
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 10m
expect queue { rcpt x@far.test waiting reason "*look-up of far.test*" }
expect log alarm
expect no-log bounced
expect away connections 0
expect home got 1
expect home message 1 { to "boss@ours.test"; has "Nothing can be delivered" }
