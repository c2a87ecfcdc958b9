/* The session is the one of session.c, over memory instead of a socket: one command is put into it
 * at a time. What it decided is asked for once more, just before it decides, from the same
 * functions with the same session; so the reasons belong to the reply, and nothing here knows a
 * rule. */
#include "server/explain.h"

#include "auth/server.h"
#include "base/arena.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/err.h"
#include "config/config.h"
#include "nexthop/target.h"
#include "rt/ctx.h"
#include "rt/stream.h"
#include "server/recipient.h"
#include "server/server.h"
#include "server/session.h"
#include "smtp/cmd.h"
#include "smtp/reply.h"
#include "spool/spool.h"

#define REPLY_MAX 65536
#define LINE_MAX  8192

struct play {
	const struct explain_envelope *e;
	explain_step_fn *step;
	void *arg;
	struct server server;
	struct server_pretence pretence;
	struct session session;
	struct arena arena; /* of the envelope */
	struct smtp_path sender;
	struct slice reverse_path;
};

/* ---- one step ---- */

/* A new stream with this input; what was said so far is in *out. */
static void put_in(struct play *p, struct slice line, struct buf *out)
{
	stream_free(p->session.stream);
	p->session.stream = stream_memory(line, out);
	p->session.taken = 0;
}

static unsigned code_of(struct slice reply)
{
	unsigned code = 0;

	for (size_t i = 0; i < 3 && i < reply.n && ascii_is_digit(reply.p[i]); i++)
		code = code * 10 + (unsigned)(reply.p[i] - '0');
	return code;
}

/* A size over the limit, say, is refused before anybody is asked for permission. */
static void keep_reasons_of(struct explain_step *step, unsigned code)
{
	if (!server_verdict_is_allowed(&step->verdict) && step->verdict.code != code)
		step->verdict = (struct server_verdict){ 0 };
}

/* Lets the session do one thing and shows what came of it. What ends a session is shown by its
 * reply; only who must stop gets an error. */
static int take_step(struct ctx *ctx, struct play *p, struct explain_step *step,
	int (*act)(struct ctx *ctx, struct session *s))
{
	const struct server_pretence before = p->pretence;
	struct buf in, out;

	buf_init(&in, LINE_MAX);
	buf_init(&out, REPLY_MAX);
	buf_printf(&in, "%.*s%s", SLICE_ARG(step->said), step->said.n ? "\r\n" : "");
	put_in(p, buf_slice(&in), &out);
	int r = act(ctx, &p->session);

	if (r == 0)
		r = stream_flush(ctx, p->session.stream);
	step->reply = buf_slice(&out);
	step->positive = code_of(step->reply) / 100 == 2 || code_of(step->reply) / 100 == 3;
	keep_reasons_of(step, code_of(step->reply));
	step->backend = step->command == EXPLAIN_EHLO ? p->pretence.offered != before.offered
						      : p->pretence.asked != before.asked;
	step->kept = p->pretence.kept != before.kept;
	p->step(p->arg, step);
	put_in(p, SLICE_NIL, NULL);
	buf_done(&out);
	buf_done(&in);
	return r == ERR_CANCELLED || r == ERR_TIMEOUT ? r : 0;
}

/* False: the line is refused for its form. */
static bool parse(struct play *p, struct slice line, struct smtp_cmd *ret)
{
	const struct smtp_cmd_context known = {
		.offered = &p->session.caps,
		.smtputf8 = p->session.smtputf8,
	};
	struct smtp_reply refusal;

	return smtp_cmd_parse(&p->arena, line, &known, ret, &refusal);
}

static struct slice line_of(struct play *p, const char *verb, struct slice arg)
{
	return slice_str(arena_printf(&p->arena, "%s %.*s", verb, SLICE_ARG(arg)));
}

/* ---- the steps ---- */

static int say_ehlo(struct ctx *ctx, struct play *p, struct explain_step *step)
{
	step->said = line_of(p, "EHLO", p->e->helo);
	return take_step(ctx, p, step, session_command);
}

static int log_in(struct ctx *ctx, struct session *s)
{
	const struct play *p = container_of(s, struct play, session);

	return cmd_auth_assume(ctx, s, p->e->login);
}

static int say_mail(struct ctx *ctx, struct play *p, struct explain_step *step)
{
	const struct server_client client = session_client(&p->session);
	struct smtp_cmd cmd;

	step->said = line_of(p, "MAIL", p->e->mail);
	if (parse(p, step->said, &cmd)) {
		smtp_path_dup(&p->arena, &cmd.mail.path, &p->sender);
		p->reverse_path = server_mailbox(&p->arena, &p->sender);
		step->verdict = server_permission_mail(&client, &p->sender);
	}
	return take_step(ctx, p, step, session_command);
}

static void decide(struct play *p, const struct smtp_path *to, struct explain_step *step)
{
	const struct server_client client = session_client(&p->session);
	struct server_recipient recipient = { 0 };
	struct smtp_reply refusal;
	struct nexthop_target target;

	step->verdict = server_permission_rcpt(p->session.config, &client, &p->sender, to);
	if (!server_verdict_is_allowed(&step->verdict))
		return;
	bool is_taken = server_recipient_decide(&p->session, &p->arena, &p->sender, p->reverse_path,
		p->session.recipients, to, &recipient, &refusal);

	step->recipient = recipient.path;
	step->route = recipient.route;
	if (!is_taken)
		return;
	nexthop_target_of(&p->arena, &recipient.route, recipient.path.domain, &target);
	step->destination = target.key;
}

static int say_rcpt(struct ctx *ctx, struct play *p, struct slice arg, struct explain_step *step)
{
	struct smtp_cmd cmd;

	step->said = line_of(p, "RCPT", arg);
	if (parse(p, step->said, &cmd))
		decide(p, &cmd.rcpt.path, step);
	return take_step(ctx, p, step, session_command);
}

static int say_rcpts(struct ctx *ctx, struct play *p)
{
	int r = 0;

	for (size_t i = 0; i < p->e->rcpts_n && r == 0 && !p->session.closing; i++)
		r = say_rcpt(
			ctx, p, p->e->rcpts[i], &(struct explain_step){ .command = EXPLAIN_RCPT });
	return r;
}

static int say_all(struct ctx *ctx, struct play *p)
{
	struct explain_step connect = { .command = EXPLAIN_CONNECT };
	struct explain_step ehlo = { .command = EXPLAIN_EHLO };
	struct explain_step auth = { .command = EXPLAIN_AUTH, .said = S("AUTH") };
	struct explain_step mail = { .command = EXPLAIN_MAIL };
	struct explain_step data = { .command = EXPLAIN_DATA, .said = S("DATA") };
	int r = take_step(ctx, p, &connect, session_greet);

	if (r == 0 && connect.positive)
		r = say_ehlo(ctx, p, &ehlo);
	if (r == 0 && ehlo.positive && p->e->login.n)
		r = take_step(ctx, p, &auth, log_in);
	if (r == 0 && ehlo.positive && (p->e->login.n == 0 || auth.positive))
		r = say_mail(ctx, p, &mail);
	if (r == 0 && mail.positive)
		r = say_rcpts(ctx, p);
	if (r == 0 && p->session.recipients && !p->session.closing)
		r = take_step(ctx, p, &data, session_command);
	return r;
}

int explain_run(struct ctx *ctx, const struct explain_envelope *e, explain_step_fn *step, void *arg)
{
	struct play *p = arena_new(ctx->arena, struct play); /* too large for the stack */

	*p = (struct play){ .e = e, .step = step, .arg = arg };
	server_init(&p->server);
	server_set_config(&p->server, e->config, NULL);
	p->server.pretence = &p->pretence;
	p->server.auth = auth_server_new(&(struct auth_settings){ 0 }, e->users);
	int r = spool_open(
		ctx, &(struct spool_options){ .kind = SPOOL_MEMORY }, &p->server.spool, NULL);

	if (r == 0) {
		session_begin(ctx, &p->session, &p->server, e->listener,
			stream_memory(SLICE_NIL, NULL), (struct ip_port){ .ip = e->client },
			(struct ip_port){ 0 });
		p->session.tls = e->tls;
		r = say_all(ctx, p);
		session_drop_transaction(ctx, &p->session, p->session.state, ABORT_CLIENT);
		ctx->log = (struct log_context){ 0 };
		session_end(&p->session);
		spool_close(ctx, p->server.spool);
	}
	auth_server_free(p->server.auth);
	server_done(&p->server);
	arena_reset(&p->arena);
	return r;
}
