# A front that owes a header and sends something else, or nothing, or does not end it, is shown the door.
use front
client c1 to 192.0.2.25:25 from 192.0.2.5 { send "EHLO front.test"; expect 421 "4.7.0"; expect end }
client c2 to 192.0.2.25:25 from 192.0.2.5 { expect nothing 4s; wait 2s; expect 421 "4.7.0"; expect end }
client c3 to 192.0.2.25:25 from 192.0.2.5 { raw "PROXY TCP4 198.51.100.9"; wait 6s; expect 421; expect end }
client c4 to 192.0.2.25:25 from 192.0.2.5 { raw "PROXY UNKNOWN "; repeat 200 "x"; expect 421; expect end }
client c5 to 192.0.2.25:25 from 192.0.2.5 { raw "\r\n\r\n\0\r\nQUIT\n\x21\x11\xff\xff"; expect 421; expect end }
client c6 to 192.0.2.25:25 from 192.0.2.5 { raw "PROXY TCP4 300.1.1.1 192.0.2.25 1 25\r\n"; expect 421; expect end }
client c7 to 192.0.2.25:25 from 192.0.2.5 { raw "PROXY TCP4 198.5"; close }
expect log refused 6 { what ~ "proxy-protocol *" }
expect log refused { reason = "no PROXY header came in time" }
expect log refused { reason = "a PROXY line of over 107 bytes" }
