/* The ESMTP parameters that a stored message travels with. Pure. */
#ifndef SLUICE_DELIVERY_PARAMS_H
#define SLUICE_DELIVERY_PARAMS_H

struct arena;
struct smtp_mail_params;
struct smtp_rcpt_params;
struct spool_envelope;
struct spool_envelope_rcpt;

/* RET, ENVID, SMTPUTF8, BODY of MAIL. Decoded texts live in the arena. */
void params_of_message(
	struct arena *a, const struct spool_envelope *e, struct smtp_mail_params *ret);
/* NOTIFY, ORCPT of RCPT. */
void params_of_recipient(
	struct arena *a, const struct spool_envelope_rcpt *r, struct smtp_rcpt_params *ret);

#endif
