# An exchanger that is ourselves: the mail would come back (RFC 5321 section 5.1).
use direct
dns """
	far.test  300 MX 10 relay.test
	near.test 300 MX 10 mx.near.test
	near.test 300 MX 20 relay.test
	mx.near.test 300 A 192.0.2.31
	ours.test 300 MX 10 mx.ours.test
	mx.ours.test 300 A 192.0.2.30
"""
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test; message a@ours.test y@near.test }
advance 10s
expect log bounced { to = "x@far.test"; status = "5.4.6" }
expect log delivered { to = "y@near.test" }
expect away got 1
expect metric sluice_messages_accepted_total 2
