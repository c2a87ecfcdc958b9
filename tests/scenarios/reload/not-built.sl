# What is not built is refused with a sentence, never ignored: the proxy, policies, filters, the choice what
# to do with signed mail.
config """
	listeners: { mx: { for: mx, address: "192.0.2.25:25", service: proxy } }
"""
start fails "*sluice.yaml:1:*'service'*"
config """
	listeners: { mx: { for: mx, address: "192.0.2.25:25", policy: inbound } }
"""
start fails "*sluice.yaml:1:*'policy'*"
config """
	policies: { inbound: { greeting-delay: 2s } }
"""
start fails "*sluice.yaml:1:*'policies'*"
config """
	delivery: { on-signed: convert }
"""
start fails "*sluice.yaml:1:*'on-signed'*"
