/* Token buckets. All sums saturate, so that neither a large number nor a clock that jumps makes a
 * wait that has no end. */
#include "base/pace.h"

usec_t pace_cost(uint64_t n, uint64_t rate)
{
	const uint64_t most = (uint64_t)PACE_DEBT_MAX / USEC_PER_SEC;

	if (rate == 0 || n == 0)
		return 0;
	if (n / rate >= most)
		return PACE_DEBT_MAX;
	/* n / rate < 3600: the rest of the division is what could overflow. */
	uint64_t rest = n % rate;
	uint64_t part = rest <= UINT64_MAX / USEC_PER_SEC ? (rest * USEC_PER_SEC + rate - 1) / rate
							  : rest / (rate / USEC_PER_SEC);

	return (usec_t)(n / rate) * USEC_PER_SEC + (usec_t)part;
}

usec_t pace_take(usec_t due, usec_t cost, usec_t now)
{
	usec_t debt = due > now ? due - now : 0;

	if (debt > PACE_DEBT_MAX - cost)
		debt = PACE_DEBT_MAX - cost;
	return now + debt + cost;
}

usec_t pace_wait(usec_t due, usec_t burst, usec_t now)
{
	if (due <= now)
		return 0;
	usec_t debt = due - now < PACE_DEBT_MAX ? due - now : PACE_DEBT_MAX;

	return debt > burst ? debt - burst : 0;
}
