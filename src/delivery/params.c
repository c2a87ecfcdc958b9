/* From the spool's envelope to parameters, whose formatter leaves out what a next hop does not
 * offer. */
#include "delivery/params.h"

#include "base/arena.h"
#include "smtp/param.h"
#include "smtp/xtext.h"
#include "spool/envelope.h"

void params_of_message(
	struct arena *a, const struct spool_envelope *e, struct smtp_mail_params *ret)
{
	struct smtp_mail_params p = { .body = (enum smtp_body)e->body,
		.ret = (enum smtp_ret)e->ret };

	if (e->body != SPOOL_BODY_7BIT)
		p.present |= 1u << SMTP_PARAM_BODY;
	if (e->smtputf8)
		p.present |= 1u << SMTP_PARAM_SMTPUTF8;
	if (e->ret != SPOOL_RET_UNSET)
		p.present |= 1u << SMTP_PARAM_RET;
	if (e->envid.n && smtp_xtext_decode(a, e->envid, &p.envid))
		p.present |= 1u << SMTP_PARAM_ENVID;
	*ret = p;
}

void params_of_recipient(
	struct arena *a, const struct spool_envelope_rcpt *r, struct smtp_rcpt_params *ret)
{
	struct smtp_rcpt_params p = { .notify = r->notify };
	struct slice rest = r->orcpt;

	if (r->notify)
		p.present |= 1u << SMTP_PARAM_NOTIFY;
	p.orcpt_type = slice_split(&rest, ';');
	if (rest.n && smtp_xtext_decode(a, rest, &p.orcpt))
		p.present |= 1u << SMTP_PARAM_ORCPT;
	*ret = p;
}
