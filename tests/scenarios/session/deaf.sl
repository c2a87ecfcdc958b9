# A client that reads nothing does not hold its session for ever.
use usual
client c1 to 192.0.2.25:25 {
	window 100
	repeat 100000 "HELP\r\n"
	wait 20m
	close
}
expect log disconnected
expect metric sluice_sessions 0
