/* What a server offers in its EHLO reply: a set, read from and written as reply lines. Pure. */
#ifndef SLUICE_SMTP_CAPS_H
#define SLUICE_SMTP_CAPS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

struct buf;

enum smtp_cap {
	SMTP_CAP_PIPELINING, /* RFC 2920 */
	SMTP_CAP_SIZE, /* RFC 1870 */
	SMTP_CAP_8BITMIME, /* RFC 6152 */
	SMTP_CAP_SMTPUTF8, /* RFC 6531 */
	SMTP_CAP_CHUNKING, /* RFC 3030 */
	SMTP_CAP_BINARYMIME, /* RFC 3030 */
	SMTP_CAP_DSN, /* RFC 3461 */
	SMTP_CAP_ENHANCEDSTATUSCODES, /* RFC 2034 */
	SMTP_CAP_STARTTLS, /* RFC 3207 */
	SMTP_CAP_AUTH, /* RFC 4954 */
	SMTP_CAP_LIMITS, /* RFC 9422 */
	SMTP_CAP_REQUIRETLS, /* RFC 8689 */
	SMTP_CAP_MT_PRIORITY, /* RFC 6710 */
	SMTP_CAP_DELIVERBY, /* RFC 2852 */
	SMTP_CAP_FUTURERELEASE, /* RFC 4865 */
	SMTP_CAP_ETRN, /* RFC 1985 */
	SMTP_CAP_XCLIENT, /* Postfix's XCLIENT_README */
	SMTP_CAP_XFORWARD, /* Postfix's XFORWARD_README */
	SMTP_CAP_PRDR, /* draft-hall-prdr-00 */
	SMTP_CAP_VRFY,
	SMTP_CAP_HELP,
	SMTP_CAP_COUNT
};

/* SASL mechanisms that have a bit. Others in an AUTH line are passed over. */
enum smtp_mech {
	SMTP_MECH_PLAIN,
	SMTP_MECH_LOGIN,
	SMTP_MECH_CRAM_MD5,
	SMTP_MECH_SCRAM_SHA_1,
	SMTP_MECH_SCRAM_SHA_1_PLUS,
	SMTP_MECH_SCRAM_SHA_256,
	SMTP_MECH_SCRAM_SHA_256_PLUS,
	SMTP_MECH_OAUTHBEARER,
	SMTP_MECH_XOAUTH2,
	SMTP_MECH_EXTERNAL,
	SMTP_MECH_COUNT
};

/* A plain value; zeroed is "offers nothing". */
struct smtp_caps {
	uint32_t set; /* bits 1 << enum smtp_cap */
	uint32_t mechs; /* bits 1 << enum smtp_mech */
	uint64_t size; /* SIZE's value in bytes; 0 is "no fixed limit" */
	uint32_t mail_max, rcpt_max, rcpt_domain_max; /* LIMITS; 0 is "not stated" */
	unsigned xclient, xforward; /* attributes taken: SMTP_X_BIT of xclient.h */
};

static inline bool smtp_caps_has(const struct smtp_caps *c, enum smtp_cap cap)
{
	return (c->set >> cap & 1) != 0;
}

static inline void smtp_caps_add(struct smtp_caps *c, enum smtp_cap cap)
{
	c->set |= UINT32_C(1) << cap;
}

static inline void smtp_caps_drop(struct smtp_caps *c, enum smtp_cap cap)
{
	c->set &= ~(UINT32_C(1) << cap);
}

static inline bool smtp_caps_has_mech(const struct smtp_caps *c, enum smtp_mech mech)
{
	return (c->mechs >> mech & 1) != 0;
}

/* "SCRAM-SHA-256-PLUS" and back; the name in any case. False for a mechanism without a bit. */
const char *smtp_mech_name(enum smtp_mech mech);
bool smtp_mech_parse(struct slice name, enum smtp_mech *ret);
/* "PIPELINING". */
const char *smtp_cap_name(enum smtp_cap cap);

/* Reads one line of an EHLO reply, code taken off: "SIZE 10240000", "AUTH PLAIN LOGIN", also the
 * old "AUTH=LOGIN". Unknown keywords and malformed values are passed over: a keyword whose value
 * cannot be read counts as offered without the value. Never call it for the first line. */
void smtp_caps_read_line(struct smtp_caps *c, struct slice line);
/* Reads the text of a whole EHLO reply, lines joined by LF, the first line skipped. */
void smtp_caps_read(struct slice text, struct smtp_caps *ret);
/* Appends the complete EHLO reply: "250-HOST TEXT", one line a capability, the last with "250 ". */
void smtp_caps_format(
	struct buf *b, const struct smtp_caps *c, struct slice hostname, struct slice text);

#endif
