/* The facts that travel with a message, and their stored form. The route is not among them: it is
 * computed from the facts at every attempt. Pure. */
#ifndef SLUICE_SPOOL_ENVELOPE_H
#define SLUICE_SPOOL_ENVELOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/slice.h"
#include "base/time.h"

struct arena;
struct buf;

/* Limits of what is stored; longer fields make the encoding fail with ERR_LIMIT. */
#define SPOOL_RCPTS_MAX	   10000 /* recipients of one message */
#define SPOOL_FIELD_MAX	   4096 /* bytes of one text field */
#define SPOOL_ENVELOPE_MAX (8u << 20) /* bytes of one stored envelope */

/* Why the client was allowed to send to foreign domains. Stored as numbers: append only. */
enum spool_entitlement {
	SPOOL_NOT_ENTITLED, /* only recipients in `domains` */
	SPOOL_ENTITLED_LOGIN,
	SPOOL_ENTITLED_NETWORK,
	SPOOL_ENTITLED_CERTIFICATE,
	SPOOL_ENTITLED_POP, /* POP before SMTP */
	SPOOL_ENTITLED_LOCAL, /* the sendmail command, or our own DSN */
};

/* Why a DSN may go to the reverse-path. Stored as numbers: append only. */
enum spool_vouched {
	SPOOL_VOUCHED_NOT, /* a DSN is forbidden: a failure is held as undeliverable */
	SPOOL_VOUCHED_LOGIN, /* the sender logged in and may use the address */
	SPOOL_VOUCHED_NETWORK, /* trusted by its address, certificate or as local */
	SPOOL_VOUCHED_SPF,
	SPOOL_VOUCHED_DKIM, /* an aligned signature */
};

/* BODY= of RFC 6152 and RFC 3030. */
enum spool_body_type { SPOOL_BODY_7BIT, SPOOL_BODY_8BITMIME, SPOOL_BODY_BINARYMIME };

/* RET= of RFC 3461 section 4.3. */
enum spool_ret { SPOOL_RET_UNSET, SPOOL_RET_FULL, SPOOL_RET_HDRS };

/* NOTIFY= of RFC 3461 section 4.1, as a set; 0 when it was not given. */
enum spool_notify {
	SPOOL_NOTIFY_NEVER = 1,
	SPOOL_NOTIFY_SUCCESS = 2,
	SPOOL_NOTIFY_FAILURE = 4,
	SPOOL_NOTIFY_DELAY = 8,
};

struct spool_envelope_rcpt {
	struct slice forward_path; /* local@domain, no brackets */
	struct slice orcpt; /* type ";" xtext as received, or empty */
	uint8_t notify; /* set of enum spool_notify */
};

/* Owns nothing; the slices live where the reader's arena or the session keeps them. */
struct spool_envelope {
	struct slice reverse_path; /* no brackets; empty is the null reverse-path */
	struct slice login; /* empty: not logged in */
	struct slice listener; /* its name in the configuration */
	struct slice helo; /* what the client called itself */
	struct ip_port client; /* family IP_NONE for local mail */
	usec_t arrived; /* clock_wall() at the end of the data */
	enum spool_entitlement entitlement;
	enum spool_vouched vouched;
	enum spool_body_type body;
	bool smtputf8;
	bool requiretls;
	enum spool_ret ret;
	struct slice envid; /* xtext as received, or empty */
	struct spool_envelope_rcpt *rcpts;
	size_t rcpts_n; /* 1 to SPOOL_RCPTS_MAX */
};

/* Appends the stored form. 0; ERR_LIMIT when a field or the whole is too long; ERR_INVALID without
 * recipients. */
int spool_envelope_encode(struct buf *b, const struct spool_envelope *e);
/* Reads the stored form; the slices point into `stored`, the recipients come from the arena. Fields
 * of later versions are skipped. 0 or ERR_INVALID. */
int spool_envelope_decode(struct slice stored, struct arena *arena, struct spool_envelope *ret);

#endif
