# An exchanger with addresses of both families, one of which does not answer.
use direct
server six "[2001:db8::31]:25" { }
dns """
	far.test    300 MX 10 mx.far.test
	mx.far.test 300 AAAA 2001:db8::31
	mx.far.test 300 A 192.0.2.99
"""
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 1m
expect queue empty
expect six got 1
