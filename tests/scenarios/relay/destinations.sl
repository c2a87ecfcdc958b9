# Recipients of one message go their ways: one transaction to each destination, all content the same.
use usual
client c1 to 192.0.2.25:2525 {
	message a@ours.test x@far.test b@ours.test z@far.test """
		Subject: test

		Hello
		.dot
	"""
}
advance 5s
expect queue empty
expect away got 1
expect away message 1 { from "<a@ours.test>*"; to "x@far.test z@far.test"; body "Hello\n.dot\n" }
expect home got 1
expect home message 1 { to "b@ours.test"; body "Hello\n.dot\n" }
expect metric recipients_delivered_total 3
