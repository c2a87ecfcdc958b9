# A new user may log in.
use reload
client c1 to 192.0.2.25:465 { tls relay.test; hello; auth PLAIN bob "other pass"; expect 535 }
user bob "other pass" "*@bob.test"
reload
client c1 { auth PLAIN bob "other pass"; expect 235 }
