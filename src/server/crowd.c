/* Every limit is a key and a number; the same keys count in a map of this worker and in the table
 * of all of them. The map decides as well, since the table may have no place for a key. A key is
 * made of the configuration that the session began with, so that what was counted is given back
 * whatever a reload has changed. */
#include "server/crowd.h"

#include <string.h>

#include "base/buf.h"
#include "base/ip.h"
#include "base/tally.h"
#include "config/config.h"
#include "rt/clock.h"
#include "server/server.h"

#define KEY_BYTES 512
#define OF_CLIENT 3
#define NO_LIMIT  UINT32_MAX

struct limit {
	struct crowd_limit why;
	uint32_t max; /* 0: it is not there */
	const char *kind;
	struct slice name; /* of the listener, where the limit is its own */
	struct slice value;
};

static struct slice key_of(const struct limit *l, struct buf *room)
{
	buf_init(room, KEY_BYTES);
	buf_printf(room, "%s %.*s ", l->kind, SLICE_ARG(l->name));
	buf_put(room, l->value);
	return buf_slice(room);
}

static size_t held_here(const struct server *server, struct slice key)
{
	return (size_t)(uintptr_t)map_get(&server->crowds, key);
}

static void count_here(struct server *server, struct slice key, bool more)
{
	size_t n = held_here(server, key) + (more ? 1 : SIZE_MAX);

	if (n == 0)
		(void)map_remove(&server->crowds, key);
	else
		(void)map_set(&server->crowds, key, (void *)(uintptr_t)n);
}

static bool take(struct server *server, const struct limit *l)
{
	struct buf room;
	struct slice key = key_of(l, &room);
	bool taken = held_here(server, key) < l->max &&
		     (server->shared == NULL ||
			     tally_take(server->shared, server->slot, key, l->max, clock_now()));

	if (taken)
		count_here(server, key, true);
	buf_done(&room);
	return taken;
}

static void give(struct server *server, const struct limit *l)
{
	struct buf room;
	struct slice key = key_of(l, &room);

	count_here(server, key, false);
	if (server->shared)
		tally_give(server->shared, server->slot, key, clock_now());
	buf_done(&room);
}

/* All or none. */
static bool take_all(
	struct server *server, const struct limit *v, size_t n, struct crowd_limit *ret_limit)
{
	for (size_t i = 0; i < n; i++) {
		if (v[i].max == 0 || take(server, &v[i]))
			continue;
		*ret_limit = v[i].why;
		while (i-- > 0)
			if (v[i].max)
				give(server, &v[i]);
		return false;
	}
	return true;
}

static void give_all(struct server *server, const struct limit *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].max)
			give(server, &v[i]);
}

/* ---- a session ---- */

static struct limit all_limit(const struct server *server)
{
	return (struct limit){
		.why = { "limits.sessions", "Too many connections" },
		.max = server->config->limits.sessions,
		.kind = "sessions",
	};
}

/* Also where nothing limits it: people want to know. */
static struct limit listener_limit(struct slice name, uint32_t max)
{
	return (struct limit){
		.why = { "listeners.NAME.max-connections", "Too many connections to this address" },
		.max = max ? max : NO_LIMIT,
		.kind = "listener",
		.name = name,
	};
}

bool crowd_enter(
	struct server *server, const struct config_listener *l, struct crowd_limit *ret_limit)
{
	const struct limit v[] = { all_limit(server), listener_limit(l->name, l->max_connections) };

	return take_all(server, v, 2, ret_limit);
}

void crowd_leave(struct server *server, const struct config_listener *l)
{
	const struct limit v[] = { all_limit(server), listener_limit(l->name, l->max_connections) };

	give_all(server, v, 2);
}

uint32_t crowd_at(const struct server *server, struct slice listener)
{
	const struct limit l = listener_limit(listener, 0);
	struct buf room;
	struct slice key = key_of(&l, &room);
	uint32_t n = server->shared ? tally_sum(server->shared, key) : 0;

	buf_done(&room);
	return n;
}

/* ---- a client ---- */

static const struct config_network *find_network(
	const struct config_listener *l, const struct ip *ip)
{
	for (size_t i = 0; i < l->networks.n; i++)
		if (ip_in_net(ip, &l->networks.v[i].from))
			return &l->networks.v[i];
	return NULL;
}

/* IPv6 clients are counted by their /64: one machine has as many addresses as it likes. */
static void client_limits(const struct config *c, const struct config_listener *l,
	const struct ip *ip, struct limit ret[OF_CLIENT])
{
	const struct config_network *net = find_network(l, ip);
	bool v4 = ip->family == IP_V4;

	ret[0] = (struct limit){
		.why = { "limits.sessions-per-client", "Too many connections from your address" },
		.max = c->limits.sessions_per_client,
		.kind = "client",
		.value = slice_of(ip->b, v4 ? 4 : 8),
	};
	ret[1] = (struct limit){
		.why = { "limits.sessions-per-network", "Too many connections from your network" },
		.max = c->limits.sessions_per_network,
		.kind = "range",
		.value = slice_of(ip->b, v4 ? 3 : 8),
	};
	ret[2] = (struct limit){
		.why = { "listeners.NAME.networks[].max-connections",
			"Too many connections from your network" },
		.kind = "network",
		.name = l->name,
	};
	if (net == NULL)
		return;
	ret[2].max = net->max_connections;
	ret[2].value = slice_of((const char *)&net->from, sizeof(net->from));
}

bool crowd_enter_client(struct server *server, const struct config *c,
	const struct config_listener *l, const struct ip *ip, struct crowd_limit *ret_limit)
{
	struct limit v[OF_CLIENT];

	client_limits(c, l, ip, v);
	return take_all(server, v, OF_CLIENT, ret_limit);
}

void crowd_leave_client(struct server *server, const struct config *c,
	const struct config_listener *l, const struct ip *ip)
{
	struct limit v[OF_CLIENT];

	client_limits(c, l, ip, v);
	give_all(server, v, OF_CLIENT);
}
