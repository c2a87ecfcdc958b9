# A member that is silent within a transaction is lost after the time that the pool grants; another takes over.
use pool
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25" } }
	domains: { ours.test: { via: pool, recipients: any } }
	hops: { pool: { hosts: [ "192.0.2.31:25", "192.0.2.32:25" ], reply-timeout: 3s, tls: off } }
"""
server one { answer RCPT silence }
client c1 to 192.0.2.25:25 { message a@client.test b@ours.test; close }
expect two got 1
expect two message 1 { after 3s; before 5s }
expect log backend-lost 1 { mail ~ "another*" }
