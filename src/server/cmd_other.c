/* The small commands of RFC 5321 section 4.1.1: RSET, NOOP, QUIT, VRFY, EXPN, HELP. */
#include "rt/ctx.h"
#include "server/service.h"
#include "server/session.h"
#include "smtp/cmd.h"
#include "smtp/reply.h"

int cmd_rset(struct ctx *ctx, struct session *s, const struct smtp_cmd *cmd)
{
	(void)cmd;
	session_drop_transaction(
		ctx, s, s->state == SESSION_GREETED ? s->state : SESSION_READY, ABORT_RSET);
	return session_say(ctx, s, 250, "2.0.0", "Forgotten");
}

int cmd_noop(struct ctx *ctx, struct session *s, const struct smtp_cmd *cmd)
{
	(void)cmd;
	return session_say(ctx, s, 250, "2.0.0", "OK");
}

int cmd_quit(struct ctx *ctx, struct session *s, const struct smtp_cmd *cmd)
{
	(void)cmd;
	int r = session_say(ctx, s, 221, "2.0.0", "Bye");

	s->closing = s->quit = true;
	return r;
}

/* Whether a mailbox exists is told to those who may send to it, when they do (RFC 5321, 7.3). */
int cmd_vrfy(struct ctx *ctx, struct session *s, const struct smtp_cmd *cmd)
{
	(void)cmd;
	return session_say(ctx, s, 252, "2.5.0", "Send the mail, and RCPT will tell");
}

int cmd_expn(struct ctx *ctx, struct session *s, const struct smtp_cmd *cmd)
{
	(void)cmd;
	return session_say(ctx, s, 502, "5.5.1", "EXPN is not offered here");
}

int cmd_help(struct ctx *ctx, struct session *s, const struct smtp_cmd *cmd)
{
	(void)cmd;
	return session_say(ctx, s, 214, "2.0.0",
		"EHLO STARTTLS AUTH MAIL RCPT DATA BDAT RSET NOOP QUIT; see RFC 5321");
}
