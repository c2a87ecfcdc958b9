/* Replies are kept as the text that the line shows: those of the backend live no longer than a
 * command. */
#include "server/proxy_log.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/event.h"
#include "config/config.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/log.h"
#include "rt/tls.h"
#include "server/front.h"
#include "server/proxy_backend.h"
#include "server/session.h"
#include "smtp/reply.h"

const char proxy_log_refused[] = "refused";

void proxy_log_begin(struct proxy_log *l, const struct session *s)
{
	*l = (struct proxy_log){ .began = clock_now(), .waited = s->waited };
}

static struct slice line_of(struct arena *a, const struct smtp_reply *reply)
{
	struct buf b;

	if (reply->code == 0)
		return SLICE_NIL;
	buf_init(&b, SMTP_REPLY_READ_MAX);
	smtp_reply_format_line(&b, reply);
	struct slice text = arena_dup(a, slice_take(buf_slice(&b), EVENT_TEXT_MAX));

	buf_done(&b);
	return text;
}

void proxy_log_reply(struct proxy_log *l, struct arena *a, const struct smtp_reply *said,
	const struct smtp_reply *told)
{
	l->said = line_of(a, said);
	l->told = line_of(a, told);
	l->decided = told->code;
	l->refused = false;
}

void proxy_log_recipient(struct proxy_log *l, struct slice path)
{
	l->said = l->told = SLICE_NIL;
	l->decided = 0;
	l->refused = false;
	if (l->accepted++ == 0)
		l->first = path;
}

/* Our own no to all recipients, to DATA, or to the content: nobody behind us had a word in it. */
static bool is_ours(const struct proxy_log *l, const struct session *s, bool content)
{
	return l->decided == 0 && !l->as && s->refused.n &&
	       (content || l->refused || l->accepted == 0);
}

/* A backend that was lost said nothing about the mail, whatever its last word was, unless that was
 * a no. */
static const char *verdict(
	const struct proxy_log *l, const struct proxy_backend *b, const char *ended)
{
	bool lost = l->said.n == 0 || (b->lost.code && b->last_word.code < 400);

	if (l->as)
		return l->as;
	if (l->decided == 0)
		return ended;
	if (l->decided < 400)
		return lost || b->lost.code ? "kept" : "accepted";
	if (lost)
		return "lost";
	return l->decided < 500 ? "deferred" : "rejected";
}

void proxy_log_end(struct ctx *ctx, const struct proxy_log *l, const struct session *s,
	const struct proxy_backend *b, const char *ended)
{
	usec_t took = clock_now() - l->began, client = s->waited - l->waited;
	usec_t known = client + b->waited;
	bool ours = is_ours(l, s, ended == proxy_log_refused);
	struct tls_info tls = { 0 };

	if (b->pretence)
		return;
	(void)stream_tls_info(s->stream, &tls);
	LOG(ctx, EV_PROXIED, FIELD_STR("verdict", ours ? proxy_log_refused : verdict(l, b, ended)),
		FIELD("from", b->reverse_path.n ? b->reverse_path : S("<>")), FIELD("to", l->first),
		FIELD_INT("recipients", l->accepted), FIELD_INT("kept", l->kept),
		FIELD_INT("size", l->size), FIELD_STR("gathered", l->gathered ? "yes" : NULL),
		FIELD_INT("released", b->parted_n), FIELD("helo", s->helo),
		FIELD("login", s->login), FIELD("listener", s->listener->name),
		FIELD_STR("tls", tls.version), FIELD("forwarded", front_forwarded(s)),
		FIELD("destination", b->target.key), FIELD("backend", b->name),
		FIELD("duplicate-of", l->twin), FIELD("said", l->said),
		FIELD("told", ours ? s->refused : l->told),
		FIELD_INT("took-ms", took / USEC_PER_MSEC),
		FIELD_INT("client-ms", client / USEC_PER_MSEC),
		FIELD_INT("backend-ms", b->waited / USEC_PER_MSEC),
		FIELD_INT("checks-ms", (took > known ? took - known : 0) / USEC_PER_MSEC));
}
