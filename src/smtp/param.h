/* ESMTP parameters of MAIL and RCPT: one table for reading and writing. Pure. */
#ifndef SLUICE_SMTP_PARAM_H
#define SLUICE_SMTP_PARAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "base/time.h"

struct arena;
struct buf;
struct smtp_caps;

enum smtp_param {
	SMTP_PARAM_SIZE, /* MAIL, RFC 1870 */
	SMTP_PARAM_BODY, /* MAIL, RFC 6152, 3030 */
	SMTP_PARAM_SMTPUTF8, /* MAIL, RFC 6531 */
	SMTP_PARAM_RET, /* MAIL, RFC 3461 */
	SMTP_PARAM_ENVID, /* MAIL, RFC 3461 */
	SMTP_PARAM_AUTH, /* MAIL, RFC 4954 */
	SMTP_PARAM_REQUIRETLS, /* MAIL, RFC 8689 */
	SMTP_PARAM_MT_PRIORITY, /* MAIL, RFC 6710 */
	SMTP_PARAM_BY, /* MAIL, RFC 2852 */
	SMTP_PARAM_HOLDFOR, /* MAIL, RFC 4865 */
	SMTP_PARAM_HOLDUNTIL, /* MAIL, RFC 4865 */
	SMTP_PARAM_PRDR, /* MAIL, draft-hall-prdr-00 */
	SMTP_PARAM_NOTIFY, /* RCPT, RFC 3461 */
	SMTP_PARAM_ORCPT, /* RCPT, RFC 3461, 6533 */
	SMTP_PARAM_COUNT
};

enum smtp_body { SMTP_BODY_7BIT, SMTP_BODY_8BITMIME, SMTP_BODY_BINARYMIME };
enum smtp_ret { SMTP_RET_UNSET, SMTP_RET_FULL, SMTP_RET_HDRS };
/* Bits of NOTIFY. NEVER stands alone. */
enum smtp_notify {
	SMTP_NOTIFY_NEVER = 1,
	SMTP_NOTIFY_SUCCESS = 2,
	SMTP_NOTIFY_FAILURE = 4,
	SMTP_NOTIFY_DELAY = 8,
};

#define SMTP_PARAM_ENVID_MAX 100 /* characters of xtext, RFC 3461 section 4.4 */
#define SMTP_PARAM_ORCPT_MAX 500 /* characters of xtext, RFC 3461 section 4.2 */

/* Views live in the parsed text or the arena. A zeroed struct has no parameters. */
struct smtp_mail_params {
	uint32_t present; /* bits 1 << enum smtp_param */
	enum smtp_body body; /* SMTP_BODY_7BIT when not present */
	enum smtp_ret ret;
	uint64_t size; /* bytes */
	struct slice envid; /* decoded, printable ASCII */
	struct slice auth; /* decoded mailbox; empty for AUTH=<> */
	int mt_priority; /* -9 to 9 */
	int32_t by_seconds; /* may be negative with by_mode 'N' */
	char by_mode; /* 'N' notify, 'R' return */
	bool by_trace;
	uint32_t hold_for_seconds;
	usec_t hold_until;
};

struct smtp_rcpt_params {
	uint32_t present;
	unsigned notify; /* bits of enum smtp_notify; 0 when not present */
	struct slice orcpt_type; /* "rfc822", "utf-8", ... as written */
	struct slice orcpt; /* decoded address, no control characters */
};

static inline bool smtp_mail_params_has(const struct smtp_mail_params *p, enum smtp_param which)
{
	return (p->present >> which & 1) != 0;
}

static inline bool smtp_rcpt_params_has(const struct smtp_rcpt_params *p, enum smtp_param which)
{
	return (p->present >> which & 1) != 0;
}

enum smtp_param_error {
	SMTP_PARAM_OK = 0,
	SMTP_PARAM_UNKNOWN, /* not in the table, not for this command, or not offered: 555 */
	SMTP_PARAM_TWICE, /* 501 */
	SMTP_PARAM_VALUE, /* missing, unwanted or malformed value: 501 */
};

/* text is what follows the path: "SIZE=1000 BODY=8BITMIME", spaces before and behind allowed.
 * Parameters whose capability is not in offered are unknown. On failure *ret_culprit is the
 * offending parameter as written, and *ret untouched. */
enum smtp_param_error smtp_param_parse_mail(struct arena *a, struct slice text,
	const struct smtp_caps *offered, struct smtp_mail_params *ret, struct slice *ret_culprit);
enum smtp_param_error smtp_param_parse_rcpt(struct arena *a, struct slice text,
	const struct smtp_caps *offered, struct smtp_rcpt_params *ret, struct slice *ret_culprit);

/* Appends " NAME=value" for each parameter present whose capability is in remote; the others are
 * left out (what that means for the message is the caller's decision, made before). */
void smtp_param_format_mail(
	struct buf *b, const struct smtp_mail_params *p, const struct smtp_caps *remote);
void smtp_param_format_rcpt(
	struct buf *b, const struct smtp_rcpt_params *p, const struct smtp_caps *remote);

/* Copies whose views live in the arena. */
void smtp_mail_params_dup(
	struct arena *a, const struct smtp_mail_params *p, struct smtp_mail_params *ret);
void smtp_rcpt_params_dup(
	struct arena *a, const struct smtp_rcpt_params *p, struct smtp_rcpt_params *ret);

#endif
