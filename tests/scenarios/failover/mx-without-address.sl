# An exchanger without an address: the next one.
use direct
dns """
	far.test 300 MX 10 one.far.test
	far.test 300 MX 20 two.far.test
	two.far.test 300 A 192.0.2.32
"""
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 5s
expect queue empty
expect spare got 1
