/* MAIL (RFC 5321 section 4.1.1.2): the reverse-path opens a transaction. Whether this
 * client may send at all is the service's question. */
#include "base/buf.h"
#include "config/config.h"
#include "rt/ctx.h"
#include "server/service.h"
#include "server/session.h"
#include "smtp/cmd.h"
#include "smtp/path.h"
#include "smtp/reply.h"

static bool fits(const struct session *s, const struct smtp_mail_cmd *cmd, struct smtp_reply *ret)
{
	if (cmd->params.size <= s->caps.size)
		return true;
	smtp_reply_set(ret, 552, "5.3.4", "A message may have %llu bytes at most",
		(unsigned long long)s->caps.size);
	return false;
}

static void remember(struct session *s, const struct smtp_mail_cmd *cmd, struct tx *tx)
{
	struct buf sender;

	buf_init(&sender, SMTP_PATH_MAX * 2);
	smtp_path_format_mailbox(&sender, &cmd->path);
	s->sender = arena_dup(&s->tx_arena, buf_slice(&sender));
	buf_done(&sender);
	s->smtputf8 = smtp_mail_params_has(&cmd->params, SMTP_PARAM_SMTPUTF8);
	s->tx = tx;
	slow_begin(s);
	s->state = SESSION_MAIL;
}

int cmd_mail(struct ctx *ctx, struct session *s, const struct smtp_cmd *cmd)
{
	struct smtp_reply reply = { 0 };
	struct tx *tx = NULL;

	if (!fits(s, &cmd->mail, &reply))
		return session_refuse(ctx, s, "MAIL", cmd->arg, &reply);
	int r = s->service->mail(ctx, s, &cmd->mail, &tx, &reply);

	if (r < 0)
		return r;
	if (!smtp_reply_is_positive(&reply))
		return session_refuse(ctx, s, "MAIL", cmd->arg, &reply);
	remember(s, &cmd->mail, tx);
	return session_reply(ctx, s, &reply);
}
