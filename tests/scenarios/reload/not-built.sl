# What is not built is refused with a sentence, never ignored: policies, the choice what
# to do with signed mail.
config """
	postmaster: boss@ours.test
	listeners: { mx: { for: mx, address: "192.0.2.25:25", policy: inbound } }
"""
start fails "*sluice.yaml:2:*'policy'*"
config """
	policies: { inbound: { greeting-delay: 2s } }
"""
start fails "*sluice.yaml:1:*'policies'*"
config """
	delivery: { on-signed: convert }
"""
start fails "*sluice.yaml:1:*'on-signed'*"
