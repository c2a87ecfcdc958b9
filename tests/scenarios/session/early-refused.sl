# On mx, a client that speaks before the greeting is shown the door (RFC 5321 section 3.1): here the greeting
# is late, since the worker is being started again.
use usual
client c0 to 192.0.2.25:25 { message a@client.test b@ours.test; close }
kill worker 0
client c1 to 192.0.2.25:25 { send "EHLO client.test"; expect 554 "5.5.1"; expect end }
advance 5s
expect queue empty
