# A session keeps its configuration, the next one has the new one.
use reload
client c1 to 192.0.2.25:25 { expect 220; send "EHLO client.test"; expect 250 has "SIZE 1000000" }
reload """
	hostname: relay.test
	postmaster: boss@ours.test
	limits: { message-size: 2000000 }
	spool: { path: spool, segment-size: 64KiB }
	listeners: { mx: { for: mx, address: "192.0.2.25:25" } }
	domains: { ours.test: { via: home, recipients: any } }
	hops: { home: { hosts: [ "192.0.2.30:25" ], tls: off } }
"""
client c1 { send "EHLO client.test"; expect 250 has "SIZE 1000000"; message a@client.test b@ours.test }
client c2 to 192.0.2.25:25 { expect 220; send "EHLO client.test"; expect 250 has "SIZE 2000000" }
reload """
	hostname: relay.test
	postmaster: boss@ours.test
	limits: { message-size: 100000 }
	spool: { path: spool, segment-size: 64KiB }
	listeners: { mx: { for: mx, address: "192.0.2.25:25" } }
	domains: { ours.test: { via: home, recipients: any } }
	hops: { home: { hosts: [ "192.0.2.30:25" ], tls: off } }
"""
client c3 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test> SIZE=500000"; expect 552 "5.3.4"; close }
advance 5s
expect home got 1
