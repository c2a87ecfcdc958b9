# Clients that do not wait for the greeting. Where the server has greeted already when the command
# arrives, it is answered as any other.
use secure
client c1 to 192.0.2.25:2525 { send "EHLO client.test"; expect 220; expect 250; close }
client c1 to 192.0.2.25:2525 { send "HELO client.test"; expect 220; expect 250; close }
client c1 to 192.0.2.25:2525 { send "MAIL FROM:<a@client.test>"; expect 220; expect 503; close }
client c1 to 192.0.2.25:2525 { send "RCPT TO:<b@ours.test>"; expect 220; expect 503; close }
client c1 to 192.0.2.25:2525 { send "DATA"; expect 220; expect 503; close }
client c1 to 192.0.2.25:2525 { raw "BDAT 6 LAST\r\nQUIT\r\n"; expect 220; expect 503; close }
client c1 to 192.0.2.25:2525 { send "RSET"; expect 220; expect 250; close }
client c1 to 192.0.2.25:2525 { send "NOOP"; expect 220; expect 250; close }
client c1 to 192.0.2.25:2525 { send "VRFY b"; expect 220; expect 252; close }
client c1 to 192.0.2.25:2525 { send "EXPN b"; expect 220; expect 502; close }
client c1 to 192.0.2.25:2525 { send "HELP"; expect 220; expect 214; close }
client c1 to 192.0.2.25:2525 { send "QUIT"; expect 220; expect 221; expect end }
client c1 to 192.0.2.25:2525 { send "STARTTLS"; expect 220; expect 220; close }
client c1 to 192.0.2.25:2525 { send "AUTH PLAIN"; expect 220; expect 503; close }
client c1 to 192.0.2.25:2525 { send "XCLIENT ADDR=198.51.100.9"; expect 220; expect 550; close }
client c1 to 192.0.2.25:2525 { send "XFORWARD ADDR=198.51.100.9"; expect 220; expect 550; close }
client c1 to 192.0.2.25:2525 { send "ETRN ours.test"; expect 220; expect 502; close }
client c1 to 192.0.2.25:2525 { send "GET / HTTP/1.1"; expect 220; expect 500; close }
client c1 to 192.0.2.25:2525 { raw "NOOP\nNOOP\r\n"; expect 220; expect 500; close }
expect queue empty
