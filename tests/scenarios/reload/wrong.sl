# A configuration that is wrong: the running one stays, and the place is said.
use reload
client c1 to 192.0.2.25:25 { message a@client.test b@ours.test }
reload fails "*sluice.yaml:2:*hostnane*did you mean*hostname*" """
	postmaster: boss@ours.test
	hostnane: relay.test
"""
client c1 { message a@client.test c@ours.test }
client c2 to 192.0.2.25:25 { message a@client.test d@ours.test }
advance 5s
expect home got 3
