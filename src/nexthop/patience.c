/* A client grants five minutes for the reply to RCPT and two for the one to DATA. What we grant is
 * less than half of the first, since MAIL and RCPT are often asked together when it says RCPT, and
 * leaves half a minute in which a lost host is replaced. Many clients give up after one minute,
 * though: while others could take over, a silent one is left so early that each of them can be
 * asked within half a minute. Recipients that are asked about together have one answer in time, so
 * what they may take together is bounded as well. */
#include "nexthop/patience.h"

#include "config/config.h"

#define STEP	 (10 * USEC_PER_SEC) /* connect, greeting, EHLO, each step of TLS and log-in */
#define ENVELOPE (110 * USEC_PER_SEC) /* the reply to MAIL, RCPT */
#define DATA	 (80 * USEC_PER_SEC)
#define BLOCK	 (150 * USEC_PER_SEC) /* the client's is three minutes */

/* While another host could take over. */
#define HURRIED_LEAST (10 * USEC_PER_SEC) /* however long it took to get a session */
#define HURRIED_MORE  (3 * USEC_PER_SEC) /* each further recipient */
/* Some hosts send the replies to commands that came together when they have done all of them. */
#define HURRIED_SILENCE (50 * USEC_PER_SEC)

static usec_t least(usec_t a, usec_t b)
{
	return a < b ? a : b;
}

static usec_t most(usec_t a, usec_t b)
{
	return a > b ? a : b;
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

usec_t nexthop_patience_hurried(
	const struct config_hops *hops, size_t others, usec_t all, usec_t spent)
{
	usec_t share = 2 * all / ((usec_t)others + 2), shortest = least(share, HURRIED_LEAST);

	if (others == 0 || (hops && hops->reply_timeout))
		return 0;
	return spent < share - shortest ? share - spent : shortest;
}

usec_t nexthop_patience_step(usec_t hurried, size_t n, struct client_timeouts *t)
{
	usec_t all = most(2 * ENVELOPE, t->mail + t->rcpt);

	if (hurried == 0)
		return all;
	if (n > 1)
		hurried += (usec_t)(n - 1) * HURRIED_MORE;
	t->mail = t->rcpt = t->data = least(hurried, HURRIED_SILENCE);
	return least(hurried, all);
}

usec_t nexthop_patience_connect(const struct config *config, bool client, usec_t left)
{
	return step(config->delivery.connect_timeout, client, left);
}
