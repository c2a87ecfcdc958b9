# An alias is followed.
use direct
dns """
	far.test  300 CNAME real.test
	real.test 300 MX 10 mx.real.test
	mx.real.test 300 A 192.0.2.31
"""
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 5s
expect queue empty
expect away got 1
