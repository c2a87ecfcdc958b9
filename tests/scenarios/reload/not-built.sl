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
config """
	listeners: { out: { for: internal, address: "192.0.2.25:25", service: proxy, transparent: true } }
"""
start fails "*sluice.yaml:1:*'transparent'*"
config """
	listeners: { out: { for: internal, address: "192.0.2.25:25", service: proxy, tls: strip } }
"""
start fails "*sluice.yaml:1:*'tls: strip' is not built*"
