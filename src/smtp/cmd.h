/* Commands: one line in, one typed value out (RFC 5321 section 4.1.1 and the extensions). Pure. */
#ifndef SLUICE_SMTP_CMD_H
#define SLUICE_SMTP_CMD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/slice.h"
#include "smtp/param.h"
#include "smtp/path.h"

struct arena;
struct smtp_caps;
struct smtp_reply;

enum smtp_verb {
	SMTP_UNKNOWN,
	SMTP_EHLO,
	SMTP_HELO,
	SMTP_LHLO,
	SMTP_MAIL,
	SMTP_RCPT,
	SMTP_DATA,
	SMTP_BDAT,
	SMTP_RSET,
	SMTP_NOOP,
	SMTP_QUIT,
	SMTP_VRFY,
	SMTP_EXPN,
	SMTP_HELP,
	SMTP_STARTTLS,
	SMTP_AUTH,
	SMTP_ETRN,
	SMTP_ATRN,
	SMTP_XCLIENT,
	SMTP_XFORWARD,
	SMTP_VERB_COUNT
};

/* EHLO, HELO, LHLO. */
struct smtp_helo_cmd {
	struct slice name; /* as written, printable, not empty */
	struct ip literal; /* of an address literal, else IP_NONE */
	bool is_valid; /* a domain or a literal by the grammar; else just a word */
};

struct smtp_mail_cmd {
	struct smtp_path path; /* reverse-path; may be null */
	struct smtp_mail_params params;
};

struct smtp_rcpt_cmd {
	struct smtp_path path; /* forward-path; <postmaster> has no domain */
	struct smtp_rcpt_params params;
};

struct smtp_bdat_cmd {
	uint64_t size; /* bytes of the chunk that follows */
	bool last;
};

struct smtp_auth_cmd {
	struct slice mechanism; /* as written; 1 to 20 of A-Z 0-9 - _ in any case */
	struct slice initial; /* base64 as written; "=" (an empty response) gives the empty slice */
	bool has_initial;
};

/* Views into the line or the arena. arg is what follows the verb, trimmed, for every command. */
struct smtp_cmd {
	enum smtp_verb verb;
	struct slice arg;
	union {
		struct smtp_helo_cmd helo;
		struct smtp_mail_cmd mail;
		struct smtp_rcpt_cmd rcpt;
		struct smtp_bdat_cmd bdat;
		struct smtp_auth_cmd auth;
	};
};

/* What the reader must know of the session. */
struct smtp_cmd_context {
	const struct smtp_caps *offered; /* decides which parameters exist */
	bool smtputf8; /* the transaction's MAIL had SMTPUTF8: RCPT may hold UTF-8 */
};

/* line is without CRLF. True: *ret is the command. False: *ret_refusal is the reply, and ret->verb
 * alone is set, so that the session can count the error and put 503 first where the order was
 * wrong. Refusals: 500 5.5.2 (not a command, unprintable bytes), 501 5.5.4 (arguments), 501 5.1.7
 * and 5.1.3 (sender's and recipient's address), 550 and 553 5.6.7 (UTF-8 without SMTPUTF8, at MAIL
 * and RCPT), 555 5.5.4 (parameter). Commands that take no argument refuse one (RFC 5321 section
 * 4.1.1); trailing white space is dropped; spaces behind "FROM:" and "TO:" are tolerated, missing
 * brackets are not. */
bool smtp_cmd_parse(struct arena *a, struct slice line, const struct smtp_cmd_context *context,
	struct smtp_cmd *ret, struct smtp_reply *ret_refusal);

/* "MAIL"; "" for SMTP_UNKNOWN. */
const char *smtp_verb_name(enum smtp_verb verb);

#endif
