# A command that comes byte by byte has the time of one command, not that of each byte.
use usual
client c1 to 192.0.2.25:25 {
	hello
	raw "N"; wait 2m; raw "O"; wait 2m; raw "O"; wait 2m; raw "P"
	expect 421 "4.4.2"; expect end
}
