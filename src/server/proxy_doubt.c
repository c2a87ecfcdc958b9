/* A fingerprint begins with the client (the /64 of an IPv6 address), its log-in, the way and the
 * reverse-path. With the first recipient that was accepted that is all that a new transaction can
 * be known by when its backend is chosen; with all of them, sorted, and the message as it was
 * received, whose header section has the Message-ID, it is the same message. Each part has its
 * length before it. The hash is keyed: nobody outside can make two messages look alike.
 *
 * A client is gone when its end of the connection is closed before it could have heard the answer,
 * or when the answer met a reset. One that reads the answer and hangs up without QUIT is not. */
#include "server/proxy_doubt.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/event.h"
#include "base/mem.h"
#include "base/metrics.h"
#include "config/config.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/log.h"
#include "rt/stream.h"
#include "server/front.h"
#include "server/proxy_backend.h"
#include "server/server.h"
#include "server/session.h"

#define LOOKED_UP   8 /* recipients by which one transaction is sought */
#define LOOK_MOMENT (1 * USEC_PER_MSEC) /* for a read that finds what is there already */

/* ---- the fingerprint ---- */

enum part { PART_FIRST = 'f', PART_WHOLE = 'w' };

static void put(struct hash_stream *h, struct slice text)
{
	const uint64_t n = text.n;

	hash_stream_put(h, slice_of((const char *)&n, sizeof(n)));
	hash_stream_put(h, text);
}

static void begin(struct hash_stream *h, enum part part, const struct session *s,
	const struct proxy_backend *b)
{
	struct hash_key key = doubts_key(s->server->doubts);
	struct ip ip = front_trusted_ip(s);
	const char kind[3] = { (char)part, (char)ip.family, s->passage ? 'p' : 'u' };

	hash_stream_begin(h, &key);
	hash_stream_put(h, slice_of(kind, sizeof(kind)));
	put(h, slice_of((const char *)ip.b, ip.family == IP_V4 ? 4 : 8));
	put(h, s->login);
	put(h, b->target.key);
	put(h, b->reverse_path);
}

static uint64_t hash_first(
	const struct session *s, const struct proxy_backend *b, struct slice recipient)
{
	struct hash_stream h;

	begin(&h, PART_FIRST, s, b);
	put(&h, recipient);
	uint64_t hash = hash_stream_end(&h).a;

	return hash ? hash : 1;
}

/* A client whom nobody knows is nobody's. */
static bool is_on(const struct session *s, const struct proxy_backend *b)
{
	return s->server->doubts && !b->pretence && front_trusted_ip(s).family != IP_NONE;
}

uint64_t proxy_doubt_member(const struct session *s, const struct proxy_backend *b,
	const struct client_rcpt *rcpts, size_t n)
{
	struct doubt found;

	if (!is_on(s, b) || doubts_is_empty(s->server->doubts))
		return 0;
	for (size_t i = 0; i < n && i < LOOKED_UP; i++)
		if (doubts_find(s->server->doubts, hash_first(s, b, rcpts[i].path), clock_wall(),
			    &found))
			return found.member;
	return 0;
}

/* ---- the message ---- */

static int compare(const void *a, const void *b)
{
	const struct slice *x = a, *y = b;
	size_t n = x->n < y->n ? x->n : y->n;
	int order = n ? memcmp(x->p, y->p, n) : 0;

	return order ? order : (x->n > y->n) - (x->n < y->n);
}

static void put_recipients(struct hash_stream *h, const struct proxy_backend *b)
{
	const struct proxy_answered *a = &b->answered;
	struct slice *v = arena_array(b->arena, struct slice, a->n);
	size_t n = 0;

	for (size_t i = 0; i < a->n; i++)
		if (a->classes[i] == 2)
			v[n++] = a->rcpts[i].path;
	qsort(v, n, sizeof(*v), compare);
	for (size_t i = 0; i < n; i++)
		put(h, v[i]);
}

void proxy_doubt_open(struct proxy_doubt *d, const struct session *s, const struct proxy_backend *b)
{
	d->hashes = s->listener->dedupe == CONFIG_DEDUPE_ON && is_on(s, b);
	if (!d->hashes)
		return;
	begin(&d->stream, PART_WHOLE, s, b);
	put_recipients(&d->stream, b);
	put(&d->stream, SLICE_NIL); /* no recipient is empty: here they end */
}

void proxy_doubt_header(struct proxy_doubt *d, struct slice header)
{
	if (d->hashes)
		put(&d->stream, header);
}

void proxy_doubt_write(struct proxy_doubt *d, struct slice bytes)
{
	if (d->hashes)
		hash_stream_put(&d->stream, bytes);
}

bool proxy_doubt_close(struct proxy_doubt *d, const struct session *s, struct doubt *ret)
{
	if (!d->hashes)
		return false;
	d->content = hash_stream_end(&d->stream);
	if (!doubts_find_committed(s->server->doubts, d->content, clock_wall(), ret))
		return false;
	metric_add(METRIC_DUPLICATES, 1);
	return true;
}

/* ---- remembering ---- */

static struct slice first_accepted(const struct proxy_backend *b)
{
	const struct proxy_answered *a = &b->answered;

	for (size_t i = 0; i < a->n; i++)
		if (a->classes[i] == 2)
			return a->rcpts[i].path;
	return SLICE_NIL;
}

static struct doubt make(const struct proxy_doubt *d, const struct session *s,
	const struct proxy_backend *b, struct slice id, enum doubt_outcome outcome)
{
	struct doubt doubt = {
		.first = hash_first(s, b, first_accepted(b)),
		.content = d->content,
		.member = b->member,
		.outcome = outcome,
	};

	memcpy(doubt.id, id.p, id.n < TEXT_ID_CHARS ? id.n : TEXT_ID_CHARS);
	return doubt;
}

static void note(const struct server *server, struct doubt doubt)
{
	doubt.at = (uint64_t)clock_wall();
	doubts_put(server->doubts, &doubt);
	if (server->keep_doubt)
		server->keep_doubt(server->keep_doubt_arg, &doubt);
}

void proxy_doubt_unanswered(const struct proxy_doubt *d, const struct session *s,
	const struct proxy_backend *b, struct slice id)
{
	metric_add(METRIC_PROXY_INDOUBT, 1);
	if (is_on(s, b))
		note(s->server, make(d, s, b, id, DOUBT_UNKNOWN));
}

static void lost_client(struct ctx *ctx, const struct server *server, const struct doubt *doubt)
{
	struct slice before = ctx->log.queue_id;

	metric_add(METRIC_UNHEARD, 1);
	ctx->log.queue_id = slice_str(doubt->id); /* the session has no transaction any more */
	LOG(ctx, EV_CLIENT_LOST_AFTER_COMMIT,
		FIELD_STR("mail", "the backend has it; the client may send it again"));
	ctx->log.queue_id = before;
	note(server, *doubt);
}

/* It has hung up already, while the backend was asked. */
static bool is_gone(struct ctx *ctx, struct session *s)
{
	struct deadline d;

	if (stream_peek(s->stream).n || !stream_has_input(s->stream))
		return false;
	ctx_narrow(ctx, &d, LOOK_MOMENT);
	int r = ctx_widen(ctx, &d, stream_fill(ctx, s->stream));

	return r == ERR_EOF || r == ERR_RESET;
}

void proxy_doubt_committed(struct ctx *ctx, const struct proxy_doubt *d, struct session *s,
	const struct proxy_backend *b, struct slice id)
{
	if (!is_on(s, b))
		return;
	struct doubt doubt = make(d, s, b, id, DOUBT_COMMITTED);

	if (is_gone(ctx, s)) {
		lost_client(ctx, s->server, &doubt);
		return;
	}
	if (!s->unheard)
		s->unheard = mem_alloc(sizeof(*s->unheard));
	*s->unheard = (struct proxy_unheard){ doubt, stream_bytes_in(s->stream) };
}

void proxy_doubt_heard(struct session *s)
{
	if (!s->unheard || stream_bytes_in(s->stream) == s->unheard->bytes)
		return;
	free(s->unheard);
	s->unheard = NULL;
}

void proxy_doubt_end(struct ctx *ctx, struct session *s, bool lost)
{
	if (s->unheard && lost)
		lost_client(ctx, s->server, &s->unheard->doubt);
	free(s->unheard);
	s->unheard = NULL;
}
