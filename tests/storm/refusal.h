/* What clients are told that is no yes: whether there is a reason for it. */
#ifndef SLUICE_STORM_REFUSAL_H
#define SLUICE_STORM_REFUSAL_H

#include <stdbool.h>

#include "storm.h"

enum stage {
	STAGE_GREETING,
	STAGE_HELLO,
	STAGE_LOG_IN,
	STAGE_MAIL,
	STAGE_RCPT,
	STAGE_DATA,
	STAGE_CONTENT,
	STAGE_RESET,
};

/* An answer that a client waited for. */
struct answer {
	enum sender sender;
	enum stage stage;
	int code; /* 0: none came */
	const char *text; /* behind the code */
	bool out_of_turn; /* what came before it on the way was refused: 503 and 554 are due */
	bool wanted; /* a next hop has refused it, or it is a stranger's foreign recipient */
	bool may_end; /* its client has done what may end a session */
	const struct message *of; /* whose content it answers; or NULL */
};

/* The run fails where nothing is a reason for the answer; some are judged at the end. */
void refusal_judge(const struct answer *a);
/* At the end. And somebody was accepted, if nothing was in the way. */
void refusal_judge_all(void);
/* After the run. */
void refusal_forget(void);

#endif
