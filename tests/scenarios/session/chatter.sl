# Ten thousand commands without a transaction are enough.
use usual
client c1 to 192.0.2.25:25 {
	hello
	repeat 9999 "NOOP\r\n"
	skip 9998
	expect 250
	send "NOOP"; expect 421 "4.7.0"; expect end
}
