# Too many refused commands end the session.
use usual
client c1 to 192.0.2.25:25 {
	hello
	send "x" "x" "x" "x" "x" "x" "x" "x" "x" "x" "x" "x" "x" "x" "x" "x" "x" "x" "x" "x" "x"
	expect 500; expect 500; expect 500; expect 500; expect 500; expect 500; expect 500; expect 500; expect 500; expect 500
	expect 500; expect 500; expect 500; expect 500; expect 500; expect 500; expect 500; expect 500; expect 500; expect 500
	expect 421 "4.7.0"; expect end
}
expect log disconnected { why = "closed by us" }
