# A new certificate for the next handshake; the sessions of the old one go on.
use reload
client c1 to 192.0.2.25:465 { tls relay.test; hello }
certificate new.test
reload
client c1 { send "NOOP"; expect 250 }
client c2 to 192.0.2.25:465 { tls new.test; hello; send "QUIT"; expect 221; expect end }
client c3 to 192.0.2.25:25 { hello; starttls new.test; hello; close }
