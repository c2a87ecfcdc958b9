/* An address is a set of sockets with SO_REUSEPORT, among which the kernel shares out connections.
 * The first one binds without it, so that a port in use by another program is an error. */
#include "app/sockets.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "config/config.h"
#include "rt/net.h"
#include "rt/process.h"

/* A program that was just killed may hold its ports for a moment. */
#define BUSY_TRIES 10
#define BUSY_PAUSE (100 * USEC_PER_MSEC)

static bool same(const struct ip_port *a, const struct ip_port *b)
{
	return ip_eq(&a->ip, &b->ip) && a->port == b->port;
}

/* ---- what the configuration says ---- */

static int each_half(const struct config_listener *l, struct ip_port at,
	int (*visit)(void *arg, const struct socket_use *use), void *arg)
{
	struct socket_use use = { l, at, false };

	if (at.ip.family != IP_NONE)
		return visit(arg, &use);
	use.half = true;
	use.at.ip.family = IP_V4;
	int r = visit(arg, &use);

	use.at.ip.family = IP_V6;
	return r ? r : visit(arg, &use);
}

int sockets_each(const struct config *config, int (*visit)(void *arg, const struct socket_use *use),
	void *arg)
{
	int r = 0;

	for (size_t i = 0; i < config->listeners.n; i++) {
		const struct config_listener *l = &config->listeners.v[i];

		for (size_t k = 0; k < l->address.n && r == 0; k++)
			r = each_half(l, l->address.v[k], visit, arg);
	}
	return r;
}

struct search {
	const struct ip_port *at;
	const struct config_listener *found;
};

static int is_it(void *arg, const struct socket_use *use)
{
	struct search *s = arg;

	if (!same(&use->at, s->at))
		return 0;
	s->found = use->listener;
	return 1;
}

const struct config_listener *sockets_listener(
	const struct config *config, const struct ip_port *at)
{
	struct search s = { at, NULL };

	(void)sockets_each(config, is_it, &s); /* the answer is in s */
	return s.found;
}

/* ---- opening ---- */

static void close_slots(struct sockets *s, struct socket_set *set)
{
	for (unsigned i = 0; i < s->workers; i++)
		listen_sock_close(set->slots[i]);
	free(set->slots);
	set->slots = NULL;
}

/* The workers still answer who waits in it. */
static void retire_slots(struct sockets *s, struct socket_set *set)
{
	for (unsigned i = 0; i < s->workers; i++)
		if (set->slots[i])
			listen_sock_begin_none(set->slots[i]);
	close_slots(s, set);
}

static int open_first(const struct ip_port *at, struct listen_sock **ret)
{
	const struct listen_options options = { .share = true };
	int r = listen_sock_open(at, &options, ret);

	for (int i = 0; r == ERR_BUSY && i < BUSY_TRIES; i++) {
		process_sleep(BUSY_PAUSE);
		r = listen_sock_open(at, &options, ret);
	}
	return r;
}

static int open_slots(struct sockets *s, struct socket_set *set)
{
	const struct listen_options options = { .reuse_port = true };
	int r = open_first(&set->at, &set->slots[0]);

	if (r < 0)
		return r;
	struct ip_port at = listen_sock_address(set->slots[0]); /* port 0 has become one */

	for (unsigned i = 1; i < s->workers && r == 0; i++)
		r = listen_sock_open(&at, &options, &set->slots[i]);
	return r;
}

static struct socket_set *find(struct sockets *s, const struct ip_port *at)
{
	for (size_t i = 0; i < s->n; i++)
		if (same(&s->v[i].at, at))
			return &s->v[i];
	return NULL;
}

struct opening {
	struct sockets *sockets;
	const char *file;
	struct buf *why;
};

static const char *reason(int r)
{
	switch (r) {
	case ERR_BUSY:
		return "another program has this port";
	case ERR_ACCESS:
		return "that needs root's rights";
	case ERR_UNREACHABLE:
		return "no interface of this machine has this address";
	default:
		return err_name(r);
	}
}

static void complain(const struct opening *o, const struct socket_use *use, int r)
{
	unsigned line = config_line(use->listener->at);

	buf_puts(o->why, o->file);
	if (line)
		buf_printf(o->why, ":%u", line);
	buf_printf(o->why, ": listener '%s' cannot listen on ", use->listener->name.p);
	ip_port_format(o->why, &use->at);
	buf_printf(o->why, ": %s", reason(r));
}

static int open_use(void *arg, const struct socket_use *use)
{
	const struct opening *o = arg;
	struct sockets *s = o->sockets;
	struct socket_set *set = find(s, &use->at);

	if (set) {
		set->wanted = true;
		return 0;
	}
	struct socket_set new = {
		.at = use->at,
		.slots = mem_zalloc(s->workers * sizeof(struct listen_sock *)),
		.fresh = true,
		.wanted = true,
	};
	int r = open_slots(s, &new);

	if (r == 0) {
		s->v = mem_resize(s->v, (s->n + 1) * sizeof(*s->v));
		s->v[s->n++] = new;
		return 0;
	}
	close_slots(s, &new);
	if (r == ERR_UNREACHABLE && use->half)
		return 0; /* this machine does without the family */
	complain(o, use, r);
	return r;
}

int sockets_open(struct sockets *s, const struct config *config, const char *file, struct buf *why)
{
	struct opening o = { s, file, why };

	for (size_t i = 0; i < s->n; i++)
		s->v[i].wanted = s->v[i].fresh = false;
	int r = sockets_each(config, open_use, &o);

	if (r < 0)
		sockets_undo(s);
	return r;
}

/* Closes those for which `wanted` (or not `fresh`) is false. */
static void keep_if(struct sockets *s, bool by_wanted)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++) {
		struct socket_set *set = &s->v[i];

		if (by_wanted ? set->wanted : !set->fresh)
			s->v[n++] = *set;
		else
			retire_slots(s, set);
	}
	s->n = n;
}

void sockets_settle(struct sockets *s)
{
	keep_if(s, true);
}

void sockets_undo(struct sockets *s)
{
	keep_if(s, false);
}

void sockets_keep_slot(struct sockets *s, unsigned worker)
{
	for (size_t i = 0; i < s->n; i++)
		for (unsigned k = 0; k < s->workers; k++)
			if (k != worker) {
				listen_sock_close(s->v[i].slots[k]);
				s->v[i].slots[k] = NULL;
			}
}

void sockets_close(struct sockets *s)
{
	for (size_t i = 0; i < s->n; i++)
		retire_slots(s, &s->v[i]);
	free(s->v);
	s->v = NULL;
	s->n = 0;
}
