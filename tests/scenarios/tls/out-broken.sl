# Opportunistic, and the handshake does not work: in the clear, and that is remembered.
use out-tls
server away { script { send "220 hop"; expect EHLO; send "250-hop\n250 STARTTLS"; expect STARTTLS; send "220 go"; raw "this is no TLS\r\n"; wait 1m; close } }
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 2m
expect queue empty
expect away message 1 { tls no }
