# A handshake that never comes has a minute.
use secure
client c1 to 192.0.2.25:465 { expect end }
client c2 to 192.0.2.25:25 { hello; send "STARTTLS"; expect 220; expect end }
expect log disconnected 2
