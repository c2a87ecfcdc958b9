# A domain that does not exist: returned at once.
use direct
dns """
	ours.test 300 MX 10 mx.ours.test
	mx.ours.test 300 A 192.0.2.30
"""
client c1 to 192.0.2.25:2525 { message a@ours.test x@nowhere.test }
advance 10s
expect queue empty
expect log bounced { to = "x@nowhere.test"; status = "5.1.2"; reason ~ "*does not exist*" }
expect home got 1
expect home message 1 { from "<>*"; has "Status: 5.1.2" }
