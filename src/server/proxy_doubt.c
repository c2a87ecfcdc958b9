/* A fingerprint begins with the client (the /64 of an IPv6 address), its log-in, the way and the
 * reverse-path. With the first recipient that was accepted that is all that a new transaction can
 * be known by when its backend is chosen; less where it is chosen earlier. With all recipients,
 * sorted, what reports are asked for, and the message as it was received, it is the same message;
 * its Message-ID is within, and one that has none is never called the same. Each part has its
 * length before it. The hash is keyed: nobody outside can make two messages look alike.
 *
 * A client is gone when the answer met a reset, or nobody's system took it. Whoever closes the one
 * half of the connection may still read the answer in the other. */
#include "server/proxy_doubt.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/event.h"
#include "base/mem.h"
#include "base/metrics.h"
#include "config/config.h"
#include "message/header.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/log.h"
#include "rt/stream.h"
#include "server/front.h"
#include "server/proxy_backend.h"
#include "server/server.h"
#include "server/session.h"
#include "smtp/param.h"

#define LOOKED_UP   8 /* recipients by which one transaction is sought */
#define LOOK_MOMENT (1 * USEC_PER_MSEC) /* for a read that finds what is there already */

/* ---- the fingerprint ---- */

enum part { PART_ADDRESS = 'a', PART_CLIENT = 'c', PART_FIRST = 'f', PART_WHOLE = 'w' };

static void put(struct hash_stream *h, struct slice text)
{
	const uint64_t n = text.n;

	hash_stream_put(h, slice_of((const char *)&n, sizeof(n)));
	hash_stream_put(h, text);
}

static void put_number(struct hash_stream *h, uint64_t n)
{
	hash_stream_put(h, slice_of((const char *)&n, sizeof(n)));
}

/* The /64 of an IPv6 address. */
static void put_address(struct hash_stream *h, const struct ip *ip)
{
	put(h, slice_of((const char *)ip->b, ip->family == IP_V4 ? 4 : 8));
}

/* The client and where it wants to go. */
static void begin_client(
	struct hash_stream *h, enum part part, const struct session *s, struct slice way)
{
	struct hash_key key = doubts_key(s->server->doubts);
	struct ip ip = front_trusted_ip(s);
	const char kind[3] = { (char)part, (char)ip.family, s->passage ? 'p' : 'u' };

	hash_stream_begin(h, &key);
	hash_stream_put(h, slice_of(kind, part == PART_CLIENT ? 2 : 3));
	put_address(h, &ip);
	put(h, way);
}

static void begin(struct hash_stream *h, enum part part, const struct session *s,
	const struct proxy_backend *b)
{
	begin_client(h, part, s, b->target.key);
	put(h, s->login);
	put(h, b->reverse_path);
}

static uint64_t end(struct hash_stream *h)
{
	uint64_t hash = hash_stream_end(h).a;

	return hash ? hash : 1;
}

/* Whose share it is. */
static uint64_t hash_address(const struct session *s)
{
	struct hash_key key = doubts_key(s->server->doubts);
	struct ip ip = front_trusted_ip(s);
	const char kind[2] = { PART_ADDRESS, (char)ip.family };
	struct hash_stream h;

	hash_stream_begin(&h, &key);
	hash_stream_put(&h, slice_of(kind, sizeof(kind)));
	put_address(&h, &ip);
	return end(&h);
}

static uint64_t hash_client(const struct session *s, struct slice way)
{
	struct hash_stream h;

	begin_client(&h, PART_CLIENT, s, way);
	return end(&h);
}

/* Where MAIL chooses no recipient is known. */
static bool without_recipient(const struct session *s)
{
	return s->listener->connect == CONFIG_CONNECT_MAIL;
}

static uint64_t hash_first(
	const struct session *s, const struct proxy_backend *b, struct slice recipient)
{
	struct hash_stream h;

	begin(&h, PART_FIRST, s, b);
	put(&h, without_recipient(s) ? SLICE_NIL : recipient);
	return end(&h);
}

/* A client whom nobody knows is nobody's. */
static bool is_on(const struct session *s)
{
	return s->server->doubts && front_trusted_ip(s).family != IP_NONE;
}

static uint64_t member_of(const struct session *s, uint64_t first)
{
	struct doubt found;

	return doubts_find(s->server->doubts, first, clock_wall(), &found) ? found.member : 0;
}

uint64_t proxy_doubt_member(const struct session *s, const struct proxy_backend *b,
	const struct client_rcpt *rcpts, size_t n)
{
	uint64_t member = 0;

	if (!is_on(s) || doubts_is_empty(s->server->doubts))
		return 0;
	for (size_t i = 0; i < n && i < LOOKED_UP && member == 0 && !without_recipient(s); i++)
		member = member_of(s, hash_first(s, b, rcpts[i].path));
	/* The first try may have come by a listener where no recipient was known. */
	return member ? member : member_of(s, hash_first(s, b, SLICE_NIL));
}

uint64_t proxy_doubt_client_member(const struct session *s, struct slice way)
{
	if (!is_on(s) || doubts_is_empty(s->server->doubts))
		return 0;
	return member_of(s, hash_client(s, way));
}

/* ---- the message ---- */

static int compare(const void *a, const void *b)
{
	const struct client_rcpt *const *x = a, *const *y = b;

	return slice_cmp((*x)->path, (*y)->path);
}

/* Who gets it, and what is to be reported of each. */
static void put_recipients(struct hash_stream *h, const struct proxy_backend *b)
{
	const struct proxy_answered *a = &b->answered;
	const struct client_rcpt **v = arena_array(b->arena, const struct client_rcpt *, a->n);
	size_t n = 0;

	for (size_t i = 0; i < a->n; i++)
		if (a->classes[i] == 2)
			v[n++] = &a->rcpts[i];
	qsort(v, n, sizeof(*v), compare);
	put_number(h, n);
	for (size_t i = 0; i < n; i++) {
		put(h, v[i]->path);
		put_number(h, v[i]->params.notify);
		put(h, v[i]->params.orcpt_type);
		put(h, v[i]->params.orcpt);
	}
}

static void put_envelope(struct hash_stream *h, const struct proxy_backend *b)
{
	const struct smtp_mail_params *p = &b->params;
	const uint32_t counts = 1U << SMTP_PARAM_RET | 1U << SMTP_PARAM_ENVID |
				1U << SMTP_PARAM_REQUIRETLS | 1U << SMTP_PARAM_MT_PRIORITY;

	put_number(h, p->present & counts);
	if (smtp_mail_params_has(p, SMTP_PARAM_RET))
		put_number(h, p->ret);
	if (smtp_mail_params_has(p, SMTP_PARAM_ENVID))
		put(h, p->envid);
	if (smtp_mail_params_has(p, SMTP_PARAM_MT_PRIORITY))
		put_number(h, (uint64_t)p->mt_priority);
	put_recipients(h, b);
}

void proxy_doubt_open(
	struct proxy_doubt *d, const struct session *s, const struct proxy_backend *b, bool alone)
{
	d->hashes = is_on(s);
	d->answers = alone && s->listener->dedupe == CONFIG_DEDUPE_ON;
	if (!d->hashes)
		return;
	begin(&d->stream, PART_WHOLE, s, b);
	put_envelope(&d->stream, b);
}

static bool has_id(struct slice header)
{
	struct message_field field;

	return message_header_find(header, S("Message-ID"), &field) &&
	       slice_trim(field.value).n > 0;
}

void proxy_doubt_header(struct proxy_doubt *d, struct slice header)
{
	if (!d->hashes)
		return;
	put(&d->stream, header);
	d->answers = d->answers && has_id(header);
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
	if (!d->answers || !doubts_find_committed(s->server->doubts, d->content, clock_wall(), ret))
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
		.first = b->held ? hash_client(s, b->target.key)
				 : hash_first(s, b, first_accepted(b)),
		.content = d->content,
		.member = b->member,
		.client = hash_address(s),
		.outcome = outcome,
	};

	memcpy(doubt.id, id.p, id.n < TEXT_ID_CHARS ? id.n : TEXT_ID_CHARS);
	return doubt;
}

static void note(const struct server *server, struct doubt doubt)
{
	doubt.at = (uint64_t)clock_wall();
	if (doubts_put(server->doubts, &doubt))
		metric_add(METRIC_DOUBTS_DISPLACED, 1);
	if (server->keep_doubt)
		server->keep_doubt(server->keep_doubt_arg, &doubt);
}

void proxy_doubt_unanswered(const struct proxy_doubt *d, const struct session *s,
	const struct proxy_backend *b, struct slice id)
{
	metric_add(METRIC_PROXY_INDOUBT, 1);
	if (is_on(s))
		note(s->server, make(d, s, b, id, DOUBT_UNKNOWN));
}

/* There was doubt about it, perhaps, and the client hears now what became of it. */
static void settle(const struct proxy_doubt *d, const struct server *server)
{
	struct doubt doubt;

	if (!d->hashes || doubts_is_empty(server->doubts))
		return;
	while (doubts_take_unknown(server->doubts, d->content, &doubt)) {
		metric_add(METRIC_PROXY_SETTLED, 1);
		doubt.outcome = DOUBT_SETTLED;
		if (server->keep_doubt)
			server->keep_doubt(server->keep_doubt_arg, &doubt);
	}
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

/* Its connection was reset already, while the backend was asked. */
static bool is_gone(struct ctx *ctx, struct session *s)
{
	struct deadline d;

	if (stream_peek(s->stream).n || !stream_has_input(s->stream))
		return false;
	ctx_narrow(ctx, &d, LOOK_MOMENT);
	int r = ctx_widen(ctx, &d, stream_fill(ctx, s->stream));

	return r == ERR_RESET;
}

void proxy_doubt_committed(struct ctx *ctx, const struct proxy_doubt *d, struct session *s,
	const struct proxy_backend *b, struct slice id, bool alike)
{
	if (!is_on(s))
		return;
	struct doubt doubt = make(d, s, b, id, DOUBT_COMMITTED);

	settle(d, s->server);
	if (!alike)
		doubt.content = (struct hash_128){ 0 };
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
