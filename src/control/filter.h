/* The conditions of a request, decided in one place for a spool that is open and for one that is
 * read offline. Pure. */
#ifndef SLUICE_CONTROL_FILTER_H
#define SLUICE_CONTROL_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "base/time.h"

struct control_request;
struct spool_envelope;
struct spool_rcpt_info;

/* "<>": the null reverse-path. */
bool control_filter_is_null(struct slice pattern);
/* The conditions on the message. now: wall clock. */
bool control_filter_message(const struct control_request *r, uint64_t id,
	const struct spool_envelope *envelope, usec_t now);
/* Those on an open recipient, except that on its reason. */
bool control_filter_rcpt(const struct control_request *r, const struct spool_rcpt_info *info,
	struct slice forward_path);
bool control_filter_reason(const struct control_request *r, struct slice reason);
/* There is a condition on recipients: an act is about those that fulfil it only. */
bool control_filter_chooses(const struct control_request *r);

#endif
