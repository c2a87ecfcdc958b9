# What says nothing where it stands is refused: a relay's patience with servers, checks of hops with a password.
file secret "word"
config """
	hostname: relay.test
	listeners: { inside: { for: internal, address: "127.0.0.1:25", slow-after: 2s } }
"""
start fails "*sluice.yaml:2:*'slow-after' stands in the listener 'inside' without service: proxy*"
config """
	hostname: relay.test
	listeners: { inside: { for: internal, address: "127.0.0.1:25", release-after: 0s } }
"""
start fails "*sluice.yaml:2:*'release-after' stands in the listener 'inside' without service: proxy*"
config """
	hostname: relay.test
	routes: [ { via: away } ]
	hops: { away: { hosts: [ away.test ], login: { user: me, password-file: secret }, health: { every: 10s } } }
"""
start fails "*sluice.yaml:3:*the hops 'away' have a login and are checked*"
config """
	hostname: relay.test
	routes: [ { via: away } ]
	hops: { away: { hosts: [ away.test ], health: { every: 9s } } }
"""
start fails "*sluice.yaml:3:*'every'*"
