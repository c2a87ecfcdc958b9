/* AUTH in front of a proxy. The name of the user is known to us only where the mechanism shows it;
 * it serves the log and the throttle, never a right: what the session may do is the backend's
 * affair, and a lost connection is a lost log-in, since nothing of the exchange is kept. */
#include "server/passage.h"

#include <stdlib.h>

#include "auth/mech.h"
#include "auth/message.h"
#include "auth/server.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/event.h"
#include "base/mem.h"
#include "base/metrics.h"
#include "base/text.h"
#include "config/config.h"
#include "nexthop/nexthop.h"
#include "nexthop/pass.h"
#include "nexthop/view.h"
#include "rt/ctx.h"
#include "rt/log.h"
#include "rt/stream.h"
#include "server/auth_offers.h"
#include "server/front.h"
#include "server/introduce.h"
#include "server/proxy_doubt.h"
#include "server/proxy_reply.h"
#include "server/server.h"
#include "server/session.h"
#include "smtp/cmd.h"
#include "smtp/reply.h"

#define MECH(m) (UINT32_C(1) << SMTP_MECH_##m)
/* A channel binding, and a certificate, are of one connection: they cannot be passed on. */
#define CAN_BE_PASSED                                                                              \
	(MECH(PLAIN) | MECH(LOGIN) | MECH(CRAM_MD5) | MECH(SCRAM_SHA_1) | MECH(SCRAM_SHA_256) |    \
		MECH(OAUTHBEARER) | MECH(XOAUTH2))
/* While the server has not been heard: what all of them have. */
#define USUAL (MECH(PLAIN) | MECH(LOGIN))

#define PREPARE_TIME (10 * USEC_PER_SEC)

struct passage {
	struct nexthop_conn *conn; /* NULL: assumed */
	struct client_who who;
	struct arena arena;
};

bool passage_is_wanted(const struct session *s)
{
	return s->listener->login_by == CONFIG_LOGIN_PASSED;
}

struct nexthop_conn *passage_conn(const struct passage *p)
{
	return p->conn;
}

struct client_who *passage_who(struct passage *p)
{
	return &p->who;
}

bool passage_is_alive(const struct passage *p)
{
	return p->conn == NULL || nexthop_pass_is_alive(p->conn);
}

void passage_end(struct passage *p)
{
	if (p == NULL)
		return;
	nexthop_pass_end(p->conn);
	arena_reset(&p->arena);
	free(p);
}

/* ---- what is offered ---- */

static bool may_log_in(const struct session *s)
{
	return s->server->auth && !s->passage && front_is_private(s) &&
	       (s->tls || !s->listener->tls_required);
}

static uint32_t mechanisms(const struct session *s)
{
	struct smtp_caps its;

	if (!may_log_in(s))
		return 0;
	if (!s->server->nexthop || !nexthop_view_caps(s->server->nexthop, s->listener->hops, &its))
		return USUAL;
	return its.mechs & CAN_BE_PASSED;
}

void passage_offers(const struct session *s, struct smtp_caps *caps)
{
	uint32_t mechs = mechanisms(s);

	if (mechs == 0)
		return;
	smtp_caps_add(caps, SMTP_CAP_AUTH);
	caps->mechs |= mechs;
}

/* ---- the exchange ---- */

struct exchange {
	struct session *session;
	enum smtp_mech mech;
	unsigned answers; /* of the client so far */
	struct buf name; /* empty: not known */
};

/* A name for log lines: what a person could have typed. */
static bool is_name(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
			return false;
	return s.n > 0 && s.n <= AUTH_NAME_MAX && text_is_utf8(s);
}

/* RFC 4616 for PLAIN; the first answer of LOGIN is the name. */
static void read_name(struct exchange *x, struct slice base64)
{
	bool first = x->answers++ == 0;
	struct auth_plain plain;
	struct buf text;

	if (!first || (x->mech != SMTP_MECH_PLAIN && x->mech != SMTP_MECH_LOGIN))
		return;
	buf_init(&text, AUTH_LINE_MAX);
	if (text_base64_decode(&text, base64)) {
		struct slice name = buf_slice(&text);

		if (x->mech == SMTP_MECH_PLAIN)
			name = auth_message_plain(name, &plain) == 0 ? plain.authcid : SLICE_NIL;
		if (is_name(name))
			buf_put(&x->name, name);
	}
	buf_done_secret(&text);
}

static int ask(struct ctx *ctx, void *arg, struct slice challenge, struct buf *ret)
{
	struct exchange *x = arg;
	int r = auth_ask(ctx, x->session, challenge, ret);

	if (r == 0)
		read_name(x, buf_slice(ret));
	return r;
}

/* ---- what came of it ---- */

static int granted(struct ctx *ctx, struct session *s, struct passage *p, const struct exchange *x,
	const struct smtp_reply *said)
{
	struct smtp_reply reply;

	s->passage = p;
	s->login = arena_dup(&s->arena, buf_slice(&x->name));
	s->mechanism = smtp_mech_name(x->mech);
	auth_server_note_good(s->server->auth, &s->peer.ip, s->login);
	metric_add(METRIC_LOGINS, 1);
	LOG(ctx, EV_LOGGED_IN, FIELD("login", s->login), FIELD_STR("mechanism", s->mechanism),
		FIELD("backend", nexthop_conn_name(p->conn)));
	cmd_hello_offers(s, &s->caps);
	/* The text may be the mechanism's last message. */
	smtp_reply_set_text(&reply, 235, "2.7.0", proxy_reply_cut(smtp_reply_text(said)));
	return session_reply(ctx, s, &reply);
}

static int refused(
	struct ctx *ctx, struct session *s, const struct exchange *x, const struct smtp_reply *said)
{
	static const int known[] = { 432, 454, 500, 501, 504, 534, 535 };
	bool pass = false, wrong = said->code == 535;
	struct smtp_reply reply;
	usec_t delay = 0;

	smtp_reply_set_text(&reply, said->code, NULL, proxy_reply_cut(smtp_reply_text(said)));
	reply.status = said->status;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		pass |= said->code == known[i];
	if (!pass)
		smtp_reply_set(&reply, 454, "4.7.0", "Log-in is not possible now; try again");
	else if (reply.status.class == 0)
		reply.status = (struct smtp_status){ (uint8_t)(said->code / 100), 7, 0 };
	metric_add(METRIC_LOGINS_FAILED, 1);
	LOG(ctx, EV_LOGIN_FAILED, FIELD("login", buf_slice(&x->name)),
		FIELD_STR("why", wrong ? "refused by the server behind us"
				       : "not possible at the server behind us"));
	if (wrong) {
		delay = auth_server_note_failed(s->server->auth, &s->peer.ip, buf_slice(&x->name));
		s->login_failures++;
	}
	int r = delay ? ctx_sleep(ctx, delay) : 0;

	if (r < 0)
		return r;
	if (s->login_failures >= s->config->limits.login_failures)
		return session_say(ctx, s, 421, "4.7.0", "Too many failed log-ins");
	return session_reply(ctx, s, &reply);
}

static int unreachable(struct ctx *ctx, struct session *s, const char *why)
{
	LOG(ctx, EV_BACKEND_LOST, FIELD("backend", s->listener->via), FIELD_STR("why", why),
		FIELD_STR("mail", "the client cannot log in"));
	return session_say(ctx, s, 454, "4.7.0", "Log-in is not possible now; try again");
}

static int exchange(struct ctx *ctx, struct session *s, struct passage *p, struct exchange *x,
	const struct nexthop_pass *pass, bool *ret_in)
{
	struct nexthop_broken broken;
	struct smtp_reply said;
	int asked, r = nexthop_pass_login(ctx, p->conn, pass, &said, &asked, &broken);

	if (asked < 0)
		return s->closing ? ERR_LIMIT : asked;
	if (r == ERR_UNREACHABLE)
		return unreachable(ctx, s, broken.text);
	if (r < 0)
		return r;
	*ret_in = said.code == 235;
	return *ret_in ? granted(ctx, s, p, x, &said) : refused(ctx, s, x, &said);
}

/* A connection of the session's own. As ctx_check, or another error with *ret_why set. */
static int connect(struct ctx *ctx, struct session *s, struct passage *p, const char **ret_why)
{
	struct nexthop_target target;
	struct nexthop_failure failure;
	struct nexthop_ask ask = { .client = s->peer.ip, .who = &p->who, .bounded = true };

	nexthop_target_hops(&p->arena, s->listener->hops, &target);
	introduce_client(s, &p->arena, SLICE_NIL, &p->who, &ask.identity);
	ask.prefer = proxy_doubt_client_member(s, target.key);
	s->introduced |= nexthop_is_told_once(s->listener->hops);
	ctx->log.action = "connecting for a log-in";
	int r = nexthop_acquire(ctx, s->server->nexthop, &target, &ask, &p->conn, &failure);

	if (r < 0 && ctx_check(ctx) < 0)
		return ctx_check(ctx); /* nobody says why */
	if (r < 0)
		*ret_why = failure.text;
	return r;
}

int passage_prepare(struct ctx *ctx, struct session *s)
{
	struct passage p = { 0 };
	struct smtp_caps its;
	struct deadline d;
	const char *why;

	if (!passage_is_wanted(s) || !may_log_in(s) || s->server->pretence || !s->server->nexthop ||
		nexthop_view_caps(s->server->nexthop, s->listener->hops, &its))
		return 0;
	ctx_narrow(ctx, &d, PREPARE_TIME);
	if (ctx_widen(ctx, &d, connect(ctx, s, &p, &why)) == 0)
		nexthop_release(p.conn); /* kept for AUTH */
	arena_reset(&p.arena);
	return ctx_check(ctx);
}

/* ---- AUTH ---- */

static int pass_on(
	struct ctx *ctx, struct session *s, struct exchange *x, const struct nexthop_pass *pass)
{
	struct passage *p = mem_zalloc(sizeof(*p));
	const char *why = NULL;
	bool in = false;
	int r = connect(ctx, s, p, &why);

	if (r < 0 && why == NULL)
		goto out;
	if (r < 0)
		r = unreachable(ctx, s, why);
	else if (!nexthop_pass_is_private(p->conn))
		r = unreachable(ctx, s, "others could listen on the way to it");
	else if (!smtp_caps_has_mech(nexthop_conn_caps(p->conn), x->mech))
		r = session_say(ctx, s, 504, "5.5.4", "Mechanism not offered here");
	else
		r = exchange(ctx, s, p, x, pass, &in);
out:
	if (!in)
		passage_end(p);
	return r;
}

/* NULL: there is no reason why not. */
static const char *why_not(const struct session *s, const struct smtp_cmd *cmd, int *ret_code,
	const char **ret_enhanced, enum smtp_mech *ret)
{
	*ret_code = 503;
	*ret_enhanced = "5.5.1";
	if (s->passage)
		return "You are logged in already";
	*ret_code = 538;
	*ret_enhanced = "5.7.11";
	if (mechanisms(s) == 0)
		return "Say STARTTLS first";
	*ret_code = 504;
	*ret_enhanced = "5.5.4";
	if (!smtp_mech_parse(cmd->auth.mechanism, ret) || !(CAN_BE_PASSED >> *ret & 1))
		return "Mechanism not offered here";
	return NULL;
}

int passage_assume(struct ctx *ctx, struct session *s, struct slice name)
{
	const struct smtp_cmd plain = { .verb = SMTP_AUTH, .auth.mechanism = S("PLAIN") };
	const char *enhanced, *why;
	enum smtp_mech mech;
	int code;

	why = why_not(s, &plain, &code, &enhanced, &mech);
	if (why)
		return session_say(ctx, s, code, enhanced, "%s", why);
	s->server->pretence->asked++;
	s->passage = mem_zalloc(sizeof(*s->passage));
	s->login = arena_dup(&s->arena, name);
	return session_say(ctx, s, 235, "2.7.0", "The server behind us lets it in");
}

int passage_auth(struct ctx *ctx, struct session *s, const struct smtp_cmd *cmd)
{
	struct exchange x = { .session = s };
	struct arena kept = ARENA_INIT;
	const char *enhanced, *why;
	int code;

	why = why_not(s, cmd, &code, &enhanced, &x.mech);
	if (why)
		return session_say(ctx, s, code, enhanced, "%s", why);
	if (auth_server_refuses(s->server->auth, &s->peer.ip))
		return session_say(
			ctx, s, 421, "4.7.0", "Too many failed log-ins from your address");
	/* The exchange reads more lines: what points at this one must move. */
	struct nexthop_pass pass = {
		.mechanism = slice_str(smtp_mech_name(x.mech)),
		.initial = arena_dup(&kept, cmd->auth.initial),
		.has_initial = cmd->auth.has_initial,
		.ask = ask,
		.arg = &x,
	};

	buf_init(&x.name, AUTH_NAME_MAX);
	if (pass.has_initial)
		read_name(&x, pass.initial);
	int r = pass_on(ctx, s, &x, &pass);

	buf_done(&x.name);
	mem_wipe((void *)(uintptr_t)pass.initial.p, pass.initial.n);
	arena_reset(&kept);
	stream_take(s->stream, s->taken);
	s->taken = 0;
	stream_wipe_taken(s->stream);
	return r;
}
