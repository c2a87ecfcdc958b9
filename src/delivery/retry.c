/* The retry schedule of retry.schedule: the n-th wait follows the n-th attempt, the last
 * repeats. */
#include "delivery/retry.h"

#include "base/rng.h"
#include "config/config.h"

usec_t retry_keep(const struct config *config, const struct retry_state *state)
{
	if (state->null_sender)
		return config->retry.keep_dsn;
	return state->keep ? state->keep : config->retry.keep;
}

static usec_t wait_after(const struct config *config, unsigned attempts)
{
	const struct config_times *schedule = &config->retry.schedule;

	return schedule->v[attempts <= schedule->n ? attempts - 1 : schedule->n - 1];
}

enum retry_verdict retry_decide(const struct config *config, const struct retry_state *state,
	struct rng *rng, usec_t *ret_due)
{
	usec_t end = state->arrived + retry_keep(config, state), due;

	if (state->now >= end)
		return RETRY_EXPIRED;
	due = state->now +
	      rng_jitter(rng, wait_after(config, state->attempts), config->retry.jitter);
	*ret_due = due < end ? due : end;
	if (!state->warned && config->retry.warn_after &&
		state->now - state->arrived >= config->retry.warn_after)
		return RETRY_WARN;
	return RETRY_LATER;
}
