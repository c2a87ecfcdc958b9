/* The AUTH exchange with our client at one end and the peer at the other. What may be a password is
 * wiped as soon as it has gone on. Lines are bounded on both sides by those who read them, their
 * number here. */
#include "client/pass.h"

#include "base/mem.h"
#include "client/login.h"
#include "client/talk.h"
#include "rt/ctx.h"

#define ANSWER_MAX 12288 /* RFC 4954 section 4 */

static int send_secret(struct ctx *ctx, struct client *c)
{
	int r = client_talk_send(ctx, c, c->timeouts.greeting);

	mem_wipe(c->line.p, c->line.n);
	return r;
}

/* The client's answer becomes the next line. */
static int next_line(struct ctx *ctx, struct client *c, const struct client_pass *p,
	const struct smtp_reply *challenge, int *ret_asked)
{
	struct buf answer;

	buf_init(&answer, ANSWER_MAX);
	*ret_asked = p->ask(ctx, p->arg, smtp_reply_text(challenge), &answer);
	buf_put(client_talk_line(c), buf_slice(&answer));
	bool failed = answer.failed;

	buf_done_secret(&answer);
	return failed ? ctx_fail(ctx, ERR_LIMIT, "auth", "a line of a log-in is too long") : 0;
}

int client_pass_login(struct ctx *ctx, struct client *c, const struct client_pass *p,
	struct smtp_reply *ret, int *ret_asked, struct client_failure *ret_failure)
{
	struct smtp_reply reply;
	int r = 0;

	*ret_asked = 0;
	c->stage = CLIENT_AUTH;
	buf_printf(client_talk_line(c), "AUTH %.*s", SLICE_ARG(p->mechanism));
	if (p->has_initial) {
		buf_putc(&c->line, ' ');
		buf_put(&c->line, p->initial.n ? p->initial : S("="));
	}
	for (int step = 0; r == 0 && *ret_asked == 0 && step <= CLIENT_LOGIN_STEPS; step++) {
		r = send_secret(ctx, c);
		if (r == 0)
			r = client_talk_reply_whole(ctx, c, c->timeouts.greeting, &reply);
		if (r == 0 && reply.code != 334) {
			buf_done_secret(&c->line);
			reply.far = arena_dup(ctx->arena, reply.far);
			*ret = reply;
			c->passed = true;
			return 0;
		}
		if (r == 0)
			r = next_line(ctx, c, p, &reply, ret_asked);
	}
	buf_done_secret(&c->line);
	if (*ret_asked < 0) {
		c->over = true; /* it still waits for an answer */
		return *ret_asked;
	}
	if (r == 0)
		r = ctx_fail(ctx, ERR_PROTOCOL, "auth", "too many questions at log-in");
	return client_talk_failed(ctx, c, r, ret_failure);
}
