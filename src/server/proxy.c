/* The proxy service, in the order of a transaction. MAIL is answered here, since nobody knows yet
 * which backend it is for; the first recipient that may be sent to chooses it, and from then on
 * each command waits for the backend's reply. The content streams through, and the end of it is
 * passed on only when our own verdicts are in: so a 250 to our client is always the backend's.
 *
 * Once the backend is lost nothing more is asked of it: the client is told 451 at each further
 * step. That nobody knows what became of a message whose end was sent is told as 451 as well: the
 * client tries again, and a duplicate is better than a loss. */
#include "server/proxy.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/event.h"
#include "base/mem.h"
#include "base/metrics.h"
#include "base/text.h"
#include "config/config.h"
#include "nexthop/live.h"
#include "nexthop/nexthop.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/log.h"
#include "rt/stream.h"
#include "rt/tls.h"
#include "server/permission.h"
#include "server/proxy_reply.h"
#include "server/recipient.h"
#include "server/server.h"
#include "server/service.h"
#include "server/session.h"
#include "smtp/cmd.h"

/* How long the end of data may take: less than the ten minutes that RFC 5321 section 4.5.3.2.6
 * grants, since our client has waited for a while when we begin to wait. */
#define FINISH_TIME (285 * USEC_PER_SEC)

struct proxy_tx {
	struct tx base;
	struct session *session;
	struct arena arena;
	struct smtp_path sender;
	struct slice reverse_path;
	struct smtp_mail_params params;
	struct nexthop_target target; /* key empty: no backend is chosen yet */
	struct nexthop_live *live; /* NULL: none yet, or it is over */
	struct slice backend; /* its name, for the log */
	struct slice first; /* recipient, for the log */
	size_t accepted;
	size_t held; /* bytes of the arena, counted in server.held */
	uint64_t size;
	struct smtp_reply
		lost; /* what the client is told once there is no backend; code 0: there is */
	usec_t waited; /* for the backend */
	char id[TEXT_ID_CHARS];
};

static struct proxy_tx *proxy_of(struct tx *tx)
{
	return container_of(tx, struct proxy_tx, base);
}

static void proxy_free(struct proxy_tx *t)
{
	nexthop_live_end(t->live);
	t->session->server->held -= t->held;
	arena_reset(&t->arena);
	free(t);
}

static void count_held(struct proxy_tx *t)
{
	t->session->server->held += t->arena.total - t->held;
	t->held = t->arena.total;
}

static void proxy_offers(const struct session *s, struct smtp_caps *caps)
{
	(void)s;
	smtp_caps_add(caps, SMTP_CAP_8BITMIME);
}

/* ---- MAIL ---- */

static int proxy_mail(struct ctx *ctx, struct session *s, const struct smtp_mail_cmd *cmd,
	struct tx **ret_tx, struct smtp_reply *ret)
{
	const struct server_client client = session_client(s);
	struct server_verdict verdict = server_permission_mail(&client, &cmd->path);

	(void)ctx;
	if (!server_verdict_is_allowed(&verdict)) {
		smtp_reply_set(ret, verdict.code, verdict.enhanced, "%s", verdict.text);
		return 0;
	}
	struct proxy_tx *t = mem_zalloc(sizeof(*t));

	t->base.ops = &proxy_service;
	t->session = s;
	smtp_path_dup(&t->arena, &cmd->path, &t->sender);
	t->reverse_path = server_mailbox(&t->arena, &cmd->path);
	smtp_mail_params_dup(&t->arena, &cmd->params, &t->params);
	text_id((uint64_t)clock_wall() << 12 | (s->server->next_session++ & 4095), t->id);
	*ret_tx = &t->base;
	smtp_reply_set(ret, 250, "2.1.0", "Sender taken");
	return 0;
}

/* ---- the backend ---- */

/* There is no backend any more. What the client is told is never permanent: it is not its fault. */
static void lose(struct ctx *ctx, struct proxy_tx *t, const char *status, const char *why)
{
	smtp_reply_set(&t->lost, 451, status, "%s",
		t->live ? "The server behind us was lost; try again later"
			: "No server behind us can be reached; try again later");
	nexthop_live_end(t->live);
	t->live = NULL;
	LOG(ctx, EV_BACKEND_LOST, FIELD("backend", t->backend.n ? t->backend : t->target.key),
		FIELD_STR("why", why), FIELD_STR("mail", "the client is told to try again"));
}

static unsigned needs(const struct proxy_tx *t)
{
	bool utf8 = smtp_mail_params_has(&t->params, SMTP_PARAM_SMTPUTF8);

	return (t->params.body == SMTP_BODY_8BITMIME ? NEXTHOP_NEED_8BIT : 0U) |
	       (utf8 ? NEXTHOP_NEED_UTF8 : 0U);
}

/* A session with the backend, and MAIL with the first recipients. */
static int begin(struct ctx *ctx, struct proxy_tx *t, const struct client_rcpt *rcpts, size_t n,
	struct smtp_reply *ret_mail, struct smtp_reply *ret)
{
	struct nexthop_conn *conn;
	struct nexthop_failure failure;
	struct nexthop_broken broken;
	int r = nexthop_acquire(
		ctx, t->session->server->nexthop, &t->target, needs(t), &conn, &failure);

	if (r == ERR_CANCELLED)
		return r;
	if (r < 0) {
		lose(ctx, t, "4.4.1", failure.text);
		return 0;
	}
	t->backend = arena_dup(&t->arena, nexthop_conn_name(conn));
	r = nexthop_live_begin(
		ctx, conn, t->reverse_path, &t->params, rcpts, n, &t->live, ret_mail, ret, &broken);
	if (r < 0 && r != ERR_CANCELLED) {
		lose(ctx, t, "4.4.2", broken.text);
		return 0;
	}
	return r;
}

/* ---- RCPT ---- */

/* Recipients that are asked of the backend together. */
struct asked {
	struct client_rcpt *rcpts;
	size_t *index; /* of each, among the commands */
	size_t n;
};

static bool is_same(const struct nexthop_target *a, const struct nexthop_target *b)
{
	return slice_eq(a->key, b->key);
}

static bool is_lmtp(const struct nexthop_target *t)
{
	return t->hops && t->hops->hosts.v[0].protocol == CONFIG_LMTP;
}

/* May it go to the backend? Else *ret says why not. */
static bool choose(struct proxy_tx *t, const struct smtp_rcpt_cmd *cmd, size_t before,
	struct client_rcpt *ret_rcpt, struct smtp_reply *ret)
{
	struct server_recipient recipient;
	struct nexthop_target target;

	if (!server_recipient_decide(t->session, &t->arena, &t->sender, t->reverse_path,
		    t->accepted + before, &cmd->path, &recipient, ret))
		return false;
	if (t->lost.code) {
		*ret = t->lost;
		return false;
	}
	nexthop_target_of(&t->arena, &recipient.route, recipient.path.domain, &target);
	if (t->target.key.n == 0)
		t->target = target;
	/* One end of data has one answer: who is somewhere else, or with LMTP has an answer of its
	 * own, comes in another transaction. */
	if (!is_same(&t->target, &target) || (is_lmtp(&target) && t->accepted + before > 0)) {
		smtp_reply_set(ret, 452, "4.5.3", "Send this recipient in another transaction");
		return false;
	}
	*ret_rcpt = (struct client_rcpt){ server_mailbox(&t->arena, &recipient.path), cmd->params };
	return true;
}

static int ask(struct ctx *ctx, struct proxy_tx *t, const struct asked *asked,
	struct smtp_reply *mail, struct smtp_reply *replies)
{
	struct nexthop_broken broken;
	int r;

	mail->code = 0;
	if (t->live == NULL)
		return begin(ctx, t, asked->rcpts, asked->n, mail, replies);
	r = nexthop_live_rcpts(ctx, t->live, asked->rcpts, asked->n, replies, &broken);
	if (r < 0 && r != ERR_CANCELLED) {
		lose(ctx, t, "4.4.2", broken.text);
		return 0;
	}
	return r;
}

/* The backend refused MAIL: each recipient is told so, and the next one too. */
static void mail_was_refused(struct proxy_tx *t, const struct smtp_reply *mail)
{
	proxy_reply_pass(&t->arena, mail, "0.0", &t->lost);
	nexthop_live_end(t->live);
	t->live = NULL;
}

static void pass_replies(struct proxy_tx *t, const struct asked *asked,
	const struct smtp_reply *said, struct smtp_reply *ret)
{
	for (size_t i = 0; i < asked->n; i++) {
		struct smtp_reply *reply = &ret[asked->index[i]];

		if (t->lost.code)
			*reply = t->lost;
		else
			proxy_reply_pass(&t->arena, &said[i], "1.5", reply);
		if (t->lost.code || !smtp_reply_is_positive(reply))
			continue;
		if (t->accepted++ == 0)
			t->first = asked->rcpts[i].path;
	}
}

static int proxy_rcpts(struct ctx *ctx, struct tx *tx, const struct smtp_rcpt_cmd *cmds, size_t n,
	struct smtp_reply *ret)
{
	struct proxy_tx *t = proxy_of(tx);
	struct asked asked = { .rcpts = arena_array(&t->arena, struct client_rcpt, n),
		.index = arena_array(&t->arena, size_t, n) };
	struct smtp_reply *said = arena_array(&t->arena, struct smtp_reply, n), mail;
	usec_t began = clock_now();

	for (size_t i = 0; i < n; i++)
		if (choose(t, &cmds[i], asked.n, &asked.rcpts[asked.n], &ret[i]))
			asked.index[asked.n++] = i;
	if (asked.n == 0)
		return 0;
	int r = ask(ctx, t, &asked, &mail, said);

	t->waited += clock_now() - began;
	if (r < 0)
		return r;
	if (t->lost.code == 0 && mail.code >= 400)
		mail_was_refused(t, &mail);
	pass_replies(t, &asked, said, ret);
	count_held(t);
	return 0;
}

/* ---- content ---- */

static int proxy_open(
	struct ctx *ctx, struct tx *tx, enum content_mode *ret, struct smtp_reply *ret_refusal)
{
	struct proxy_tx *t = proxy_of(tx);
	struct nexthop_broken broken;
	struct smtp_reply said;
	usec_t began = clock_now();

	*ret = CONTENT_STREAM;
	t->base.queue_id = slice_of(t->id, sizeof(t->id));
	if (t->lost.code) {
		*ret_refusal = t->lost;
		return 0;
	}
	int r = nexthop_live_open(ctx, t->live, &said, &broken);

	t->waited += clock_now() - began;
	if (r == ERR_CANCELLED)
		return r;
	if (r < 0) {
		lose(ctx, t, "4.4.2", broken.text);
		*ret_refusal = t->lost;
	} else if (said.code) {
		proxy_reply_pass(&t->arena, &said, "0.0", ret_refusal);
	}
	return 0;
}

/* What is lost stays lost; the client is told at the end, since it sends all of it in any case. */
static int proxy_write(struct ctx *ctx, struct tx *tx, struct slice bytes)
{
	struct proxy_tx *t = proxy_of(tx);
	struct nexthop_broken broken;

	t->size += bytes.n;
	if (t->lost.code)
		return 0;
	int r = nexthop_live_write(ctx, t->live, bytes, &broken);

	if (r == 0 || r == ERR_CANCELLED)
		return r;
	lose(ctx, t, "4.4.2", broken.text);
	return 0;
}

static void log_passed(struct ctx *ctx, const struct proxy_tx *t, const struct smtp_reply *said,
	const struct smtp_reply *told)
{
	const struct session *s = t->session;
	struct buf backend_said, we_told;
	struct tls_info tls = { 0 };

	(void)stream_tls_info(s->stream, &tls);
	buf_init(&backend_said, SMTP_REPLY_READ_MAX);
	buf_init(&we_told, SMTP_REPLY_READ_MAX);
	if (said->code)
		smtp_reply_format_line(&backend_said, said);
	smtp_reply_format_line(&we_told, told);
	LOG(ctx, EV_PROXIED, FIELD("from", t->reverse_path.n ? t->reverse_path : S("<>")),
		FIELD("to", t->first), FIELD_INT("recipients", t->accepted),
		FIELD_INT("size", t->size), FIELD("helo", s->helo), FIELD("login", s->login),
		FIELD("listener", s->listener->name), FIELD_STR("tls", tls.version),
		FIELD("backend", t->backend), FIELD("said", buf_slice(&backend_said)),
		FIELD("told", buf_slice(&we_told)),
		FIELD_INT("waited-ms", t->waited / USEC_PER_MSEC));
	buf_done(&backend_said);
	buf_done(&we_told);
}

static int end_content(struct ctx *ctx, struct proxy_tx *t, struct smtp_reply *ret_said)
{
	struct nexthop_broken broken = { .in_doubt = true };
	struct deadline d;
	usec_t began = clock_now();
	int r;

	ctx_narrow(ctx, &d, FINISH_TIME);
	r = ctx_widen(ctx, &d, nexthop_live_finish(ctx, t->live, ret_said, &broken));
	t->waited += clock_now() - began;
	if (r == 0 || r == ERR_CANCELLED)
		return r;
	metric_add(METRIC_INDOUBT, r == ERR_TIMEOUT); /* else it is counted already */
	lose(ctx, t, "4.4.2",
		broken.in_doubt ? "no answer to the message: it may have it" : broken.text);
	return 0;
}

static int proxy_finish(
	struct ctx *ctx, struct tx *tx, const struct edits *edits, struct smtp_reply *ret)
{
	struct proxy_tx *t = proxy_of(tx);
	struct smtp_reply said = { 0 };
	int r = 0;

	(void)edits;
	if (t->lost.code == 0)
		r = end_content(ctx, t, &said);
	if (r == 0 && t->lost.code)
		*ret = t->lost;
	else if (r == 0)
		proxy_reply_pass(&t->session->tx_arena, &said, "0.0", ret);
	if (r == 0) {
		metric_add(METRIC_MESSAGES_PROXIED, smtp_reply_is_positive(ret));
		log_passed(ctx, t, &said, ret);
	}
	proxy_free(t);
	return r;
}

static void proxy_abort(struct ctx *ctx, struct tx *tx, enum abort_why why)
{
	(void)ctx;
	(void)why;
	proxy_free(proxy_of(tx));
}

const struct service_ops proxy_service = {
	.offers = proxy_offers,
	.mail = proxy_mail,
	.rcpts = proxy_rcpts,
	.open = proxy_open,
	.header = proxy_write,
	.write = proxy_write,
	.finish = proxy_finish,
	.abort = proxy_abort,
};
