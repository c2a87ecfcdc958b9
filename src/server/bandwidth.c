/* One bucket of tokens for each limit that a session meets; the fullest decides. A key holds the
 * listener's name, because what is owed is kept as time, which has a meaning for one rate only. */
#include "server/bandwidth.h"

#include "base/buf.h"
#include "base/pace.h"
#include "base/tally.h"
#include "config/config.h"
#include "rt/clock.h"
#include "server/flow_time.h"
#include "server/front.h"
#include "server/server.h"
#include "server/session.h"

#define KEY_BYTES 512

/* What was read, and what comes of it. */
struct sum {
	const struct session *s;
	uint64_t bytes;
	usec_t wait;
	size_t piece;
};

bool bandwidth_is_limited(const struct config_listener *l)
{
	const struct config_bandwidth *b = &l->bandwidth;
	bool limited = b->connection || b->address || b->network || b->login;

	for (size_t i = 0; !limited && i < l->networks.n; i++)
		limited = l->networks.v[i].bandwidth != 0;
	return limited;
}

static void add(struct sum *sum, uint64_t rate, usec_t due)
{
	const usec_t burst = pace_cost(sum->s->listener->bandwidth.burst, rate);
	const usec_t wait = pace_wait(due, burst, clock_now());
	const size_t piece = flow_read_piece(rate);

	if (wait > sum->wait)
		sum->wait = wait < BANDWIDTH_WAIT_MAX ? wait : BANDWIDTH_WAIT_MAX;
	if (sum->piece == 0 || piece < sum->piece)
		sum->piece = piece;
}

static void add_shared(struct sum *sum, uint64_t rate, const char *kind, struct slice value)
{
	const struct server *server = sum->s->server;
	struct buf key;

	if (rate == 0 || value.n == 0 || server->shared == NULL)
		return;
	buf_init(&key, KEY_BYTES);
	buf_printf(&key, "%s %.*s ", kind, SLICE_ARG(sum->s->listener->name));
	buf_put(&key, value);
	add(sum, rate,
		tally_pace(server->shared, server->slot, buf_slice(&key),
			pace_cost(sum->bytes, rate), clock_now()));
	buf_done(&key);
}

static void add_configured(struct sum *sum)
{
	const struct config_networks *all = &sum->s->listener->networks;
	const struct ip ip = front_trusted_ip(sum->s);

	for (size_t i = 0; i < all->n; i++) {
		const struct config_network *net = &all->v[i];

		if (!ip_in_net(&ip, &net->from))
			continue;
		add_shared(sum, net->bandwidth, "pace-net",
			slice_of((const char *)&net->from, sizeof(net->from)));
		break;
	}
}

usec_t bandwidth_take(const struct session *s, uint64_t bytes, usec_t *due, size_t *ret_piece)
{
	const struct config_bandwidth *b = &s->listener->bandwidth;
	const struct ip *ip = &s->peer.ip;
	struct sum sum = { .s = s, .bytes = bytes };

	if (b->connection) {
		*due = pace_take(*due, pace_cost(bytes, b->connection), clock_now());
		add(&sum, b->connection, *due);
	}
	if (ip->family != IP_NONE) {
		add_shared(
			&sum, b->address, "pace-ip", slice_of(ip->b, ip->family == IP_V4 ? 4 : 16));
		add_shared(&sum, b->network, "pace-range",
			slice_of(ip->b, ip->family == IP_V4 ? 3 : 8));
	}
	add_shared(&sum, b->login, "pace-login", s->login);
	add_configured(&sum);
	*ret_piece = sum.piece;
	return sum.wait;
}
