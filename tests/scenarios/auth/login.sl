# AUTH LOGIN, for clients that know nothing else.
use secure
client c1 to 192.0.2.25:465 { tls relay.test; hello; auth LOGIN bob "other pass"; expect 235; close }
client c2 to 192.0.2.25:465 { tls relay.test; hello; auth LOGIN bob "wrong"; expect 535; close }
expect log logged-in 1 { mechanism = LOGIN }
