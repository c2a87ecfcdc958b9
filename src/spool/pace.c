/* Waiting is what a slow disk costs: who has just missed a batch waits for two syncs. Two batches
 * under way, half a sync apart, make that one and a half. But some disks do one sync after the
 * other, and then two batches only make each smaller. So the second is tried, and given up for a
 * while where it takes clearly longer than one alone. A quick sync is not worth any of this. */
#include "spool/pace.h"

#include <stdint.h>

#define WORTH_IT    (1 * USEC_PER_MSEC) /* a shorter sync is waited for */
#define ENOUGH	    8 /* measurements before a judgement */
#define REST	    512 /* batches one at a time after a bad one */
#define SHARE_LEAST 8

static void approach(usec_t *mean, usec_t took, bool first)
{
	*mean += first ? took - *mean : (took - *mean) / 8;
}

void pace_learn(struct pace *p, usec_t took, bool together)
{
	if (!together) {
		approach(&p->alone, took, p->alone == 0);
		p->rest -= p->rest > 0;
		return;
	}
	approach(&p->together, took, p->tries == 0);
	if (p->tries < ENOUGH && ++p->tries < ENOUGH)
		return;
	if (p->together > p->alone + p->alone / 4) {
		p->rest = REST;
		p->tries = 0;
	}
}

usec_t pace_second(const struct pace *p, usec_t began)
{
	usec_t sync = p->tries && p->together < p->alone ? p->together : p->alone;

	return p->rest || p->alone < WORTH_IT ? USEC_INFINITY : began + sync / 2;
}

size_t pace_share(const struct pace *p, size_t waiting, size_t under_way)
{
	size_t half = (waiting + under_way) * 9 / 16 + 1;

	if (pace_second(p, 0) == USEC_INFINITY)
		return SIZE_MAX;
	return half < SHARE_LEAST ? SHARE_LEAST : half;
}
