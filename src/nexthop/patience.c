/* A client grants five minutes for the reply to RCPT and two for the one to DATA. What we grant is
 * less than half of the first, since MAIL and RCPT are often asked together when it says RCPT, and
 * leaves half a minute in which a lost host is replaced. */
#include "nexthop/patience.h"

#include "config/config.h"

#define STEP	 (10 * USEC_PER_SEC) /* connect, greeting, EHLO, each step of TLS and log-in */
#define ENVELOPE (110 * USEC_PER_SEC) /* the reply to MAIL, RCPT */
#define DATA	 (80 * USEC_PER_SEC)
#define BLOCK	 (150 * USEC_PER_SEC) /* the client's is three minutes */

static usec_t least(usec_t a, usec_t b)
{
	return a < b ? a : b;
}

static usec_t step(usec_t configured, bool client, usec_t left)
{
	return client ? least(configured, least(left, STEP)) : configured;
}

struct client_timeouts nexthop_patience_session(
	const struct config *config, const struct config_hops *hops, bool client, usec_t left)
{
	struct client_timeouts t = client_timeouts_default;

	t.greeting = step(config->delivery.greeting_timeout, client, left);
	if (client) {
		t.mail = t.rcpt = ENVELOPE;
		t.data = DATA;
		t.block = BLOCK;
	}
	if (hops && hops->reply_timeout)
		t.mail = t.rcpt = t.data = hops->reply_timeout;
	return t;
}

usec_t nexthop_patience_connect(const struct config *config, bool client, usec_t left)
{
	return step(config->delivery.connect_timeout, client, left);
}
