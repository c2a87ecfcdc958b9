/* Patterns are those of slice_glob; an empty one matches everything. */
#include "control/filter.h"

#include "control/request.h"
#include "spool/spool.h"

static bool matches(struct slice pattern, struct slice text)
{
	return pattern.n == 0 || slice_glob(pattern, text);
}

bool control_filter_is_null(struct slice pattern)
{
	return slice_eq(pattern, S("<>"));
}

bool control_filter_message(const struct control_request *r, uint64_t id,
	const struct spool_envelope *envelope, usec_t now)
{
	bool from = control_filter_is_null(r->from) ? envelope->reverse_path.n == 0
						    : matches(r->from, envelope->reverse_path);

	return from && matches(r->login, envelope->login) &&
	       (r->older == 0 || spool_id_time(id) <= now - r->older);
}

bool control_filter_rcpt(const struct control_request *r, const struct spool_rcpt_info *info,
	struct slice forward_path)
{
	if (info->state == SPOOL_DONE || info->state == SPOOL_FAILED)
		return false;
	return (r->states == 0 || r->states & 1u << info->state) && matches(r->to, forward_path);
}

bool control_filter_reason(const struct control_request *r, struct slice reason)
{
	return r->error.n == 0 || slice_search(reason, r->error) < reason.n;
}

bool control_filter_chooses(const struct control_request *r)
{
	return r->to.n || r->error.n || r->states;
}
