# A null MX: the domain takes no mail (RFC 7505).
use direct
dns """
	far.test 300 MX 0 .
	ours.test 300 MX 10 mx.ours.test
	mx.ours.test 300 A 192.0.2.30
"""
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 10s
expect queue empty
expect log bounced { status = "5.1.10" }
expect home got 1
