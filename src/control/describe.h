/* Messages, recipients and processes as JSON objects. Pure. */
#ifndef SLUICE_CONTROL_DESCRIBE_H
#define SLUICE_CONTROL_DESCRIBE_H

#include <stdint.h>

#include <jansson.h>

#include "base/slice.h"

struct spool_envelope;
struct spool_envelope_rcpt;
struct spool_info;
struct spool_rcpt_info;

/* {"id": "..."}; as all others, owned by the caller. */
json_t *control_describe_id(uint64_t id);
/* id, arrived (seconds since 1970), size, from, login, open. */
json_t *control_describe_message(
	const struct spool_info *info, const struct spool_envelope *envelope);
/* Adds the rest of what is known about the message. */
void control_describe_envelope(const struct spool_envelope *envelope, json_t *line);
/* to, state, attempts, due (seconds since 1970, while it waits), reason. */
json_t *control_describe_rcpt(const struct spool_envelope_rcpt *rcpt,
	const struct spool_rcpt_info *info, struct slice reason);
/* id, data: bytes of content in base64, at most CONTROL_DATA_BYTES. */
#define CONTROL_DATA_BYTES (48u << 10)
json_t *control_describe_data(uint64_t id, struct slice data);
/* Recipients shown in a list's line. */
#define CONTROL_LISTED_MAX 20

#endif
