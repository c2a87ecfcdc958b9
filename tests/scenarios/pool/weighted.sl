# By weight: four in five for the heavy one; both have work.
use pool
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25" } }
	domains: { ours.test: { via: pool, recipients: any } }
	hops:
	  pool:
	    hosts: [ { host: "192.0.2.31:25", weight: 4 }, "192.0.2.32:25" ]
	    balance: weighted
	    tls: off
"""
client c1 to 192.0.2.25:25 {
	message a@client.test b@ours.test; message a@client.test b@ours.test; message a@client.test b@ours.test; message a@client.test b@ours.test
	message a@client.test b@ours.test; message a@client.test b@ours.test; message a@client.test b@ours.test; message a@client.test b@ours.test
	message a@client.test b@ours.test; message a@client.test b@ours.test; message a@client.test b@ours.test; message a@client.test b@ours.test
	message a@client.test b@ours.test; message a@client.test b@ours.test; message a@client.test b@ours.test; message a@client.test b@ours.test
	message a@client.test b@ours.test; message a@client.test b@ours.test; message a@client.test b@ours.test; message a@client.test b@ours.test
	message a@client.test b@ours.test; message a@client.test b@ours.test; message a@client.test b@ours.test; message a@client.test b@ours.test
	message a@client.test b@ours.test; message a@client.test b@ours.test; message a@client.test b@ours.test; message a@client.test b@ours.test
	message a@client.test b@ours.test; message a@client.test b@ours.test; message a@client.test b@ours.test; message a@client.test b@ours.test
	message a@client.test b@ours.test; message a@client.test b@ours.test; message a@client.test b@ours.test; message a@client.test b@ours.test
	message a@client.test b@ours.test; message a@client.test b@ours.test; message a@client.test b@ours.test; message a@client.test b@ours.test
	close
}
expect one got >= 22
expect one got <= 39
expect two got >= 1
