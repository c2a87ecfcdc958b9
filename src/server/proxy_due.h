/* Private to the proxy: how much of the time for its answer a server has used up while it let us
 * wait within the content. Pure. */
#ifndef SLUICE_SERVER_PROXY_DUE_H
#define SLUICE_SERVER_PROXY_DUE_H

#include <stddef.h>
#include <stdint.h>

#include "base/time.h"

/* Of one content; zeroed nothing was written. */
struct proxy_due {
	usec_t late[2]; /* waited for the server: in the last full stretch, and in this one */
	size_t bytes; /* of this stretch */
};

/* The client was waited for so long, before it sent more. */
void proxy_due_received(struct proxy_due *d, usec_t waited);
/* So many bytes were written, for which the server let us wait so long. */
void proxy_due_wrote(struct proxy_due *d, size_t bytes, usec_t waited);
/* What is left of `all` for the answer, once the content is whole: never 0. */
usec_t proxy_due_left(const struct proxy_due *d, usec_t all);
/* What is left of it for one more write: less, so that an answer may come. May be 0. */
usec_t proxy_due_left_to_write(const struct proxy_due *d, usec_t all);

#endif
