/* A client's patience is measured from its final dot, and that may lie unread in the systems on the
 * way, ours and the client's own, while the server takes nothing and we read no further. They hold
 * a bounded number of bytes: so what was waited for the server since the last so many bytes may
 * have been waited behind the dot, and counts as if it had; what was waited before them has not. It
 * is not counted either when the client itself has been waited for since: nothing lay unread then.
 * For that a moment does not count, in which bytes can be on their way. */
#include "server/proxy_due.h"

#define STRETCH	 ((size_t)256 * 1024) /* what lies unread is taken to be no more */
#define ON_A_WAY (2 * USEC_PER_SEC)
#define SHARE	 8 /* of all the time, for the answer alone: one in so many */

void proxy_due_received(struct proxy_due *d, usec_t waited)
{
	if (waited >= ON_A_WAY)
		*d = (struct proxy_due){ 0 };
}

void proxy_due_wrote(struct proxy_due *d, size_t bytes, usec_t waited)
{
	d->late[1] += waited;
	d->bytes += bytes;
	if (d->bytes < STRETCH)
		return;
	*d = (struct proxy_due){ .late = { d->late[1], 0 } };
}

static usec_t left(const struct proxy_due *d, usec_t all)
{
	usec_t late = d->late[0] + d->late[1];

	return late < all ? all - late : 0;
}

usec_t proxy_due_left(const struct proxy_due *d, usec_t all)
{
	usec_t rest = left(d, all);

	return rest > all / SHARE ? rest : all / SHARE;
}

usec_t proxy_due_left_to_write(const struct proxy_due *d, usec_t all)
{
	return left(d, all - all / SHARE);
}
