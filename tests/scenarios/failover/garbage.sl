# A host that speaks another protocol.
use failover
server away { script { raw "SSH-2.0-OpenSSH_9.2\r\n"; wait 1m; close } }
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 2m
expect spare got 1
