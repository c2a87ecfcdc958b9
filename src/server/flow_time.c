/* The sums stop at their limits instead of overflowing, whatever the settings and however many
 * errors a client has made. */
#include "server/flow_time.h"

#include "config/config.h"
#include "rt/stream.h"

usec_t flow_reply_delay(const struct config_flow *f, unsigned replies, unsigned refused)
{
	usec_t each = f->reply_delay;

	if (f->tarpit.per_error && refused > FLOW_REPLY_MAX / f->tarpit.per_error)
		each = FLOW_REPLY_MAX;
	else
		each += f->tarpit.per_error * refused;
	if (each && replies > FLOW_REPLY_MAX / each)
		return FLOW_REPLY_MAX;
	return each * replies;
}

size_t flow_piece(const struct config_flow *f, size_t n)
{
	size_t pauses = (size_t)(FLOW_REPLY_MAX / f->stutter);
	size_t least = n / (pauses + 1) + (n % (pauses + 1) != 0);

	return f->stutter_bytes > least ? f->stutter_bytes : least;
}

size_t flow_read_piece(uint64_t rate)
{
	uint64_t piece = rate / 4;

	if (piece < 64)
		return 64;
	return piece < STREAM_INPUT_BYTES ? piece : STREAM_INPUT_BYTES;
}
