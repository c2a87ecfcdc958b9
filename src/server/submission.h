/* What a submission server adds to a message and demands of it (RFC 6409). Pure but for the
 * clock. */
#ifndef SLUICE_SERVER_SUBMISSION_H
#define SLUICE_SERVER_SUBMISSION_H

#include <stdbool.h>

#include "base/slice.h"

struct buf;
struct session;
struct smtp_reply;

/* Checks that every mailbox of From and Sender belongs to the login, and appends the fields that
 * are missing (Date, Message-ID) to `added`. False: *ret_refusal. */
bool submission_fix(const struct session *s, struct slice header, struct buf *added,
	struct smtp_reply *ret_refusal);

#endif
