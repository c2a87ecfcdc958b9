# Directly by MX: the best exchanger first, its addresses of both families.
use direct
dns """
	far.test        300 MX 20 second.far.test
	far.test        300 MX 10 first.far.test
	first.far.test  300 A 192.0.2.31
	second.far.test 300 A 192.0.2.32
"""
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 5s
expect queue empty
expect away got 1
expect spare got 0
