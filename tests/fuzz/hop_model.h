/* What a next hop has taken by its own words: the judge of fuzz_hop. It shares no code with
 * src/client and src/smtp. */
#ifndef SLUICE_TESTS_FUZZ_HOP_MODEL_H
#define SLUICE_TESTS_FUZZ_HOP_MODEL_H

#include <stdbool.h>

#include "base/buf.h"

/* One connection: what went each way. */
struct hop_visit {
	struct buf from_client, from_hop;
};

/* The hop said 2xx in the place of the reply to this recipient's RCPT and in that of the reply to
 * the whole message (with LMTP, of this recipient's reply). */
bool hop_model_took(const struct hop_visit *v, const char *recipient, bool lmtp);

/* How many messages it has taken, for any recipient. */
size_t hop_model_takes(const struct hop_visit *v, bool lmtp);

#endif
