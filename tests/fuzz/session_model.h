/* What a session must have answered and accepted, found by a reader of its own from the bytes that
 * went each way: the judge of fuzz_session. It shares no code with src/smtp. */
#ifndef SLUICE_TESTS_FUZZ_SESSION_MODEL_H
#define SLUICE_TESTS_FUZZ_SESSION_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define MODEL_PHASES   2 /* in the clear, and behind STARTTLS */
#define MODEL_MESSAGES 64
#define MODEL_CODES    64

struct model {
	/* Filled by the run. */
	bool strangers; /* a bare LF in content is a fault */
	bool front; /* the client may say XCLIENT and XFORWARD */
	bool may_refuse; /* messages may be refused for their header, or by somebody behind */
	const char
		*accepted_words; /* in the reply to each message that was accepted, and no other */
	bool whole; /* all that was sent reached the server, and all that it said was read */
	struct {
		struct buf sent, heard;
	} phase[MODEL_PHASES];
	size_t phases;
	/* Found by model_read. */
	struct buf accepted[MODEL_MESSAGES]; /* canonical text of each message answered 250 */
	size_t accepted_n;
	bool logged_in; /* 235 was said */
	int codes[MODEL_CODES]; /* of the first replies */
	size_t codes_n;
};

void model_init(struct model *m);
void model_done(struct model *m);
/* Aborts unless there is one reply for each command, in order, of a kind that fits it, and no
 * message was accepted that ends elsewhere than at CRLF . CRLF or at the last chunk. */
void model_read(struct model *m);

#endif
