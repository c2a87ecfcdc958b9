# SCRAM-SHA-256, with and without the channel (RFC 5802, RFC 7677).
use secure
client c1 to 192.0.2.25:465 { tls relay.test; hello; auth SCRAM-SHA-256 bob "other pass"; expect 235; close }
client c2 to 192.0.2.25:465 { tls relay.test; hello; auth SCRAM-SHA-256-PLUS bob "other pass"; expect 235; close }
client c3 to 192.0.2.25:465 { tls relay.test; hello; auth SCRAM-SHA-256 bob "wrong"; expect 535; close }
expect log logged-in 1 { mechanism = SCRAM-SHA-256 }
expect log logged-in 1 { mechanism = SCRAM-SHA-256-PLUS }
expect log login-failed 1
