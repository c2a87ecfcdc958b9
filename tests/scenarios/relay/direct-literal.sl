# An address literal is its own exchanger.
use direct
client c1 to 192.0.2.25:2525 { message a@ours.test "x@[192.0.2.31]" """
	Subject: test

	Hello
""" }
advance 5s
expect queue empty
expect away got 1
