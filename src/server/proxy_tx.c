/* What several steps of a proxied transaction need to know of it. */
#include "server/proxy_tx.h"

#include <stdlib.h>

#include "base/mem.h"
#include "config/config.h"
#include "nexthop/nexthop.h"
#include "server/ahead.h"
#include "server/introduce.h"
#include "server/passage.h"
#include "server/server.h"
#include "server/session.h"

struct proxy_tx *proxy_tx_of(struct tx *tx)
{
	return container_of(tx, struct proxy_tx, base);
}

void proxy_tx_free(struct proxy_tx *t)
{
	proxy_backend_end(&t->backend);
	proxy_keep_end(&t->keep);
	t->session->server->held -= t->held;
	arena_reset(&t->arena);
	free(t);
}

void proxy_tx_count(struct proxy_tx *t)
{
	size_t now = t->arena.total + proxy_keep_bytes(&t->keep);

	t->session->server->held += now - t->held;
	t->held = now;
}

void proxy_tx_received(struct proxy_tx *t)
{
	usec_t all = t->session->slow.receiving;

	proxy_due_received(&t->backend.due, all - t->received);
	t->received = all;
}

size_t proxy_tx_backends(const struct proxy_tx *t)
{
	return t->log.accepted - t->keep.ours_n;
}

bool proxy_tx_is_ours(const struct proxy_tx *t)
{
	const struct proxy_backend *b = &t->backend;

	return b->lost.code && b->absent && !b->in_doubt && proxy_keep_can(&t->keep);
}

bool proxy_tx_is_lmtp(const struct nexthop_target *t)
{
	return t->hops && t->hops->hosts.v[0].place.protocol == CONFIG_LMTP;
}

void proxy_tx_introduce(struct proxy_tx *t)
{
	struct proxy_backend *b = &t->backend;
	struct session *s = t->session;
	const struct slice id = slice_of(t->id, sizeof(t->id));

	if (b->held) {
		introduce_client(s, &t->arena, id, passage_who(s->passage), &b->identity);
		return;
	}
	if (b->ahead)
		introduce_client(s, &t->arena, id, ahead_who(s), &b->identity);
	if (b->who || b->pretence || !b->target.hops ||
		b->target.hops->tell_client == CONFIG_TELL_NOTHING)
		return;
	introduce_client(s, &t->arena, id, &t->who, &b->identity);
	b->who = &t->who;
	s->introduced |= nexthop_is_told_once(b->target.hops);
}
