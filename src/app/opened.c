/* Torn batches are news: nobody was told that they had been stored. Rotten ones are trouble: their
 * messages were taken, and are gone from the queue unless their records could still be read. */
#include "app/opened.h"

#include "base/event.h"
#include "base/metrics.h"
#include "base/text.h"
#include "delivery/postmaster.h"
#include "rt/log.h"
#include "spool/spool.h"

#define IDS_BYTES (SPOOL_STRETCH_IDS * (TEXT_ID_CHARS + 1))

static const char *list_ids(const struct spool_stretch *s, char ret[IDS_BYTES])
{
	ret[0] = '\0';
	for (unsigned i = 0; i < s->ids_n; i++) {
		char *at = ret + i * (TEXT_ID_CHARS + 1);

		text_id(s->ids[i], at);
		at[TEXT_ID_CHARS] = i + 1 < s->ids_n ? ' ' : '\0';
	}
	return ret;
}

/* The bytes of what has rotted lie in the partition's quarantine/. */
static void log_stretch(struct ctx *ctx, unsigned partition, const struct spool_stretch *s)
{
	char ids[IDS_BYTES];
	const char *reason = s->torn ? "a torn batch was cut off: nothing of it was acknowledged"
				     : "rotten records were found and put aside";

	LOG(ctx, s->torn ? EV_NOTICE : EV_TROUBLE, FIELD_STR(s->torn ? "what" : "reason", reason),
		FIELD_STR("detail", s->what), FIELD_INT("partition", partition),
		FIELD_INT("segment", s->segment), FIELD_INT("generation", s->generation),
		FIELD_INT("offset", s->offset), FIELD_INT("bytes", s->bytes),
		FIELD_STR("queue-ids", list_ids(s, ids)));
}

static unsigned untold(const struct spool_report *r)
{
	return r->quarantined + r->cut - r->stretches_n;
}

void opened_log(struct ctx *ctx, unsigned partition, const struct spool_report *r)
{
	LOG(ctx, EV_NOTICE, FIELD_STR("what", "the spool is open"),
		FIELD_INT("partition", partition), FIELD_INT("messages", r->messages),
		FIELD_INT("recipients", r->recipients), FIELD_INT("segments", r->segments),
		FIELD_INT("scanned", r->segments_scanned), FIELD_INT("torn-tails-cut", r->cut),
		FIELD_INT("orphans-removed", r->orphans));
	for (unsigned i = 0; i < r->stretches_n; i++)
		log_stretch(ctx, partition, &r->stretches[i]);
	if (untold(r))
		LOG(ctx, EV_TROUBLE, FIELD_STR("reason", "more was put aside or cut off"),
			FIELD_INT("partition", partition), FIELD_INT("stretches", untold(r)));
	metric_add(METRIC_SPOOL_ROTTEN, r->quarantined);
}

void opened_tell(struct postmaster *postmaster, unsigned partition, const struct spool_report *r)
{
	char ids[IDS_BYTES];

	for (unsigned i = 0; i < r->stretches_n; i++) {
		const struct spool_stretch *s = &r->stretches[i];

		if (!s->torn)
			postmaster_note(postmaster,
				"Stored mail has changed and could not be read when the spool was "
				"opened: partition %u, segment %u, %u bytes at %u (%s). What is "
				"left of it lies in quarantine/. Messages: %s.",
				partition, s->segment, s->bytes, s->offset, s->what,
				s->ids_n ? list_ids(s, ids) : "cannot be told");
	}
	if (r->quarantined && untold(r))
		postmaster_note(postmaster,
			"%u more stretches of partition %u were put aside or cut off.", untold(r),
			partition);
}
