# A configuration that is wrong: the program does not start, and says where.
config """
	hostname: relay.test
	listeners: { mx: { for: mx, address: "192.0.2.25:25" } }
	domains:
	  ours.test: { via: nowhere, recipients: any }
"""
start fails "*sluice.yaml:4:21: *nowhere*"
config """
	hostname: relay.test
	listenres: { }
"""
start fails "*sluice.yaml:2:1: *listenres*did you mean*listeners*"
config """
	hostname: relay.test
	hostname: again.test
"""
start fails "*sluice.yaml:2:1: *"
config """
	listeners: { inside: { for: internal, address: "192.0.2.25:2525", networks: [ 0.0.0.0/0 ] } }
"""
start fails "*sluice.yaml:1:*open*relay*"
