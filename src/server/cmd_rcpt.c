/* RCPT (RFC 5321 section 4.1.1.3). RCPTs that have arrived together are given to the service
 * together, so that it can ask for all of them at once; each gets its own reply, in order. */
#include "base/metrics.h"
#include "config/config.h"
#include "rt/ctx.h"
#include "server/service.h"
#include "server/session.h"
#include "smtp/cmd.h"
#include "smtp/reply.h"

#define BATCH 32 /* commands looked at together */

struct batch {
	struct smtp_rcpt_cmd cmds[BATCH]; /* those to ask the service about */
	struct slice args[BATCH]; /* of each command */
	bool asked[BATCH]; /* false: the reply is known already */
	struct smtp_reply replies[BATCH];
	size_t n;
};

static void add(struct batch *b, const struct smtp_cmd *cmd)
{
	b->cmds[b->n] = cmd->rcpt;
	b->args[b->n] = cmd->arg;
	b->asked[b->n] = true;
	b->n++;
}

static void add_refused(struct batch *b, struct slice line, const struct smtp_reply *reply)
{
	b->args[b->n] = line;
	b->replies[b->n] = *reply;
	b->n++;
}

/* Adds the RCPTs that wait in the input, sound or not. */
static void gather(struct session *s, struct arena *scratch, struct batch *b)
{
	const struct smtp_cmd_context known = { .offered = &s->caps, .smtputf8 = s->smtputf8 };
	struct slice line;

	while (b->n < BATCH && session_next_is(s, S("RCPT "), &line)) {
		struct smtp_cmd cmd;
		struct smtp_reply refusal;

		if (smtp_cmd_parse(scratch, line, &known, &cmd, &refusal))
			add(b, &cmd);
		else
			add_refused(b, line, &refusal);
	}
}

/* Runs of commands to ask about go to the service in one call each. */
static int ask(struct ctx *ctx, struct session *s, struct batch *b)
{
	for (size_t i = 0; i < b->n;) {
		size_t end = i;

		while (end < b->n && b->asked[end])
			end++;
		s->data_follows = end == b->n && session_data_is_next(s);
		int r = end == i ? 0
				 : s->service->rcpts(
					   ctx, s->tx, b->cmds + i, end - i, b->replies + i);

		if (r < 0)
			return r;
		i = end == i ? i + 1 : end;
	}
	return 0;
}

static int reply_all(struct ctx *ctx, struct session *s, const struct batch *b)
{
	int r = 0;

	for (size_t i = 0; i < b->n && r == 0 && !s->closing; i++) {
		if (smtp_reply_is_positive(&b->replies[i])) {
			s->recipients++;
			s->state = SESSION_RCPT;
			r = session_reply(ctx, s, &b->replies[i]);
		} else {
			metric_add(METRIC_RECIPIENTS_REFUSED, 1);
			r = session_refuse(ctx, s, "RCPT", b->args[i], &b->replies[i]);
		}
	}
	return r;
}

int cmd_rcpt(struct ctx *ctx, struct session *s, const struct smtp_cmd *cmd)
{
	struct arena scratch = ARENA_INIT;
	struct batch *b = arena_new(&scratch, struct batch);

	add(b, cmd);
	gather(s, &scratch, b);
	int r = ask(ctx, s, b);

	if (r == 0)
		r = reply_all(ctx, s, b);
	arena_reset(&scratch);
	return r;
}
