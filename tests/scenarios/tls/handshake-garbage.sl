# Garbage instead of a handshake ends the session.
use secure
client c1 to 192.0.2.25:465 { raw "EHLO client.test\r\n"; expect end }
client c2 to 192.0.2.25:25 { hello; send "STARTTLS"; expect 220; raw "NOOP\r\nNOOP\r\n"; expect end }
advance 2m
expect metric sluice_sessions 0
