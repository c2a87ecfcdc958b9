# One member does not let us in as configured, while another does: no client hears of it, but a person does, once for each
# member, whatever else there was an alarm about; and after the third time it is left alone.
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25" } }
	domains: { told.test: { via: told, recipients: any }, plain.test: { via: plain, recipients: any }, two.test: { via: two, recipients: any } }
	hops:
	  told: { hosts: [ "192.0.2.30:25", "192.0.2.31:25" ], tls: off, tell-client: xforward }
	  plain: { hosts: [ "192.0.2.32:25", "192.0.2.33:25" ], tls: off }
	  two: { hosts: [ "192.0.2.34:25", "192.0.2.35:25" ], tls: off, tell-client: xclient }
"""
server mute 192.0.2.30:25 { }
server told 192.0.2.31:25 { offer PIPELINING "XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE" }
server away 192.0.2.32:25 { answer EHLO "550 5.7.1 not you" }
server plain 192.0.2.33:25 { }
server refuses 192.0.2.34:25 { offer PIPELINING "XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT"; answer XCLIENT "550 5.7.0 who are you" }
server takes 192.0.2.35:25 { offer PIPELINING "XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT" }
client c1 to 192.0.2.25:25 {
	hello
	message a@client.test 1@told.test
	message a@client.test 1@plain.test
	message a@client.test 1@two.test
}
expect told got 1
expect plain got 1
expect takes got 1
expect log alarm 1 { destination = "hops:told"; member = "192.0.2.30:25"; why ~ "*XFORWARD is not offered to us" }
expect log alarm 1 { destination = "hops:plain"; member = "192.0.2.32:25"; why ~ "*550 5.7.1 not you" }
expect log alarm 1 { destination = "hops:two"; member = "192.0.2.34:25"; why ~ "*550 5.7.0 who are you" }
expect metric sluice_proxy_misconfigured_total = 3
advance 10s
client c1 { message a@client.test 2@told.test }
advance 10s
client c1 { message a@client.test 3@told.test }
advance 10s
client c1 { message a@client.test 4@told.test }
expect told got 4
expect log alarm 3
expect log member-down 1 { hops = told; member = "192.0.2.30:25" }
