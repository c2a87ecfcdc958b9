/* What a client's session is seen to do, from nothing but the bytes that cross the wire: which
 * command was said in which state, and what was answered. */
#ifndef SLUICE_SCENARIOS_WIRE_H
#define SLUICE_SCENARIOS_WIRE_H

#include <stdbool.h>

#include "base/buf.h"

/* Where a session stands, as far as its replies tell. */
enum wire_state {
	WIRE_EARLY, /* before the greeting */
	WIRE_GREETED,
	WIRE_HELO, /* HELO was answered 250 */
	WIRE_READY, /* EHLO was */
	WIRE_MAIL,
	WIRE_RCPT,
	WIRE_DATA, /* between 354 and the final dot */
	WIRE_BDAT, /* behind a chunk that was not the last */
	WIRE_AUTH, /* in an exchange: 334 was said */
	WIRE_TLS, /* behind the handshake, before EHLO */
	WIRE_TLS_READY, /* EHLO was answered there */
	WIRE_USER, /* logged in, no transaction */
	WIRE_CHUNK, /* within the bytes of a chunk: where lines are said, never where a session stands */
	WIRE_QUIT, /* behind QUIT's 221 */
	WIRE_STATES, /* those that cells are counted in */
	WIRE_CLOSED = WIRE_STATES, /* behind a 421 */
	WIRE_STATES_ALL
};
extern const char *const wire_state_names[WIRE_STATES_ALL];

/* What was said. */
enum wire_verb {
	WIRE_EHLO,
	WIRE_HELO_,
	WIRE_MAIL_,
	WIRE_RCPT_,
	WIRE_DATA_,
	WIRE_BDAT_,
	WIRE_RSET,
	WIRE_NOOP,
	WIRE_VRFY,
	WIRE_EXPN,
	WIRE_HELP,
	WIRE_QUIT_,
	WIRE_STARTTLS,
	WIRE_AUTH_,
	WIRE_XCLIENT, /* from somebody who may not speak for others, mostly */
	WIRE_XFORWARD,
	WIRE_ETRN, /* a command that is known and not offered */
	WIRE_UNKNOWN, /* a line that is no command */
	WIRE_DAMAGED, /* a line with a bare CR or LF, a NUL, or too long */
	WIRE_VERBS
};
extern const char *const wire_verb_names[WIRE_VERBS];

/* Told of each reply: the state in which `said` was said, its first word and the reply. said is "" for
 * a reply that answers nothing (time-outs), "content" for a message's end, "PROXY" for a header that
 * is refused. */
typedef void wire_see(void *arg, const char *state, struct slice said, struct slice reply);

/* Told of each message whose end was answered: what its lines would be as commands (wire_verb_names,
 * parted by ','; "damaged" where one ended in a bare LF), its text as it should arrive (dots
 * unstuffed, lines parted by '\n'), and the reply. */
typedef void wire_see_text(
	void *arg, const char *state, struct slice verbs, struct slice text, struct slice reply);

/* Told of what stands where somebody might see the end of data, behind the reply: of dots with nothing but
 * line ends, blanks, controls and bytes over 127 on both sides, the first such within a message, in
 * hexadecimal, dots and sides; "longest N", where a line has more bytes than RFC 5321 allows; of a true end by DATA "in N", the number of writes that it came in. */
typedef void wire_see_end(void *arg, const char *state, struct slice reply, const char *what);

#define WIRE_WRITES 16
#define LINE_USUAL  998 /* RFC 5321 section 4.5.3.1.6, without its end */

struct wire {
	struct buf sent; /* not answered yet, as sent */
	bool greeted;
	enum wire_state state;
	bool tls, user;
	bool helo; /* the last hello was HELO */
	size_t early; /* bytes of `sent` from before the greeting */
	bool began; /* the first line has been answered, or was a header */
	bool torn; /* the last line ended in a bare LF: what follows is a part of it */
	struct buf rcpts; /* that were taken in the last transaction: "path path" */
	struct buf
		quiet; /* those of them of whose failure nobody wants to hear (NOTIFY, RFC 3461) */
	struct buf chunks; /* of the transaction, so far */
	uint64_t total; /* bytes, ever */
	uint64_t writes[WIRE_WRITES]; /* where the last ones began */
	unsigned writes_n; /* ever */
	wire_see *see;
	wire_see_text *see_text;
	wire_see_end *see_end;
	void *arg;
};

void wire_init(
	struct wire *w, wire_see *see, wire_see_text *see_text, wire_see_end *see_end, void *arg);
void wire_done(struct wire *w);
void wire_sent(struct wire *w, struct slice bytes);
/* A whole reply, lines parted by '\n'. */
void wire_reply(struct wire *w, struct slice reply);
/* A handshake has succeeded. */
void wire_secured(struct wire *w);
/* The connection has ended: the line that was said behind QUIT got no answer, if it was one. */
void wire_ended(struct wire *w);

/* The verb of a line without its line end. */
enum wire_verb wire_verb_of(struct slice line);

#endif
