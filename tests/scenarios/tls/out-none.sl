# Towards a next hop without TLS, where it is opportunistic: in the clear.
use out-tls
server away { answer EHLO "250-hop\n250 SIZE" }
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 5s
expect away message 1 { tls no }
