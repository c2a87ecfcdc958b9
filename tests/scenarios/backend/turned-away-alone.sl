# Where nobody else is there, one that does not let us in is not asked again: that would only be the same no.
use backend
server one { answer RCPT "530 5.7.0 log in first" }
client c1 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<b@one.test>"; expect 451 "4.3.5"; send "RSET"; expect 250 }
expect one connections 1
expect log alarm 1 { why ~ "*530 5.7.0 log in first" }
expect log proxied 1 { verdict = deferred; said ~ "530 5.7.0*"; told ~ "451 4.3.5*" }
expect metric sluice_proxy_misconfigured_total = 1
