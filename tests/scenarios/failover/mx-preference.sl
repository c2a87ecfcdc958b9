# Directly: the second exchanger when the first does not work.
use direct
dns """
	far.test 300 MX 10 one.far.test
	far.test 300 MX 20 two.far.test
	one.far.test 300 A 192.0.2.31
	two.far.test 300 A 192.0.2.32
"""
net 192.0.2.31:25 refuse
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 5s
expect queue empty
expect spare got 1
