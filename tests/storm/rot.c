/* What flipped bits may have done, and what the program said of it. A flip is remembered with the batch
 * that it hit (docs/spool-format.md), as it stood then: whose records were in it tells which messages
 * it can have harmed. That alone excuses nothing: a line of the log must have named the place. A flip in
 * a message's own file excuses that this message is quarantined, and nothing else. */
#include "rot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "crash.h"
#include "rt/clock.h"
#include "storm.h"

#define BLOCK 4096
/* From a 250 until another batch has followed that of its message. */
#define FOLLOWED_TIME (1 * USEC_PER_SEC)

struct flip {
	unsigned partition, segment;
	uint64_t byte;
	struct buf batch; /* of a flip in the segment's header: the whole segment */
	uint64_t start; /* where that begins */
	uint64_t aside, aside_end; /* of the segment: what was put aside around it */
	bool cut; /* the batch was taken for a torn one */
};

/* A flip in a message's own file, whose name has its id. It harms nothing but that message. */
struct own_flip {
	uint64_t id;
	struct buf bytes; /* of the file */
};

/* A message that a line has named. */
struct named {
	uint64_t id;
	bool owed; /* the postmaster is to be told of it */
};

static struct {
	struct flip *flips;
	size_t flips_n;
	struct own_flip *own;
	size_t own_n;
	struct named *named;
	size_t named_n;
} rot;

void rot_forget(void)
{
	for (size_t i = 0; i < rot.flips_n; i++)
		buf_done(&rot.flips[i].batch);
	for (size_t i = 0; i < rot.own_n; i++)
		buf_done(&rot.own[i].bytes);
	free(rot.flips);
	free(rot.own);
	free(rot.named);
	memset(&rot, 0, sizeof(rot));
}

/* ---- flips ---- */

/* A flip may have hit the magic itself before. */
static bool begins_batch(struct slice bytes, uint64_t at)
{
	static const char magic[] = "SLUIBAT1";
	int wrong = 0;

	for (unsigned i = 0; i < 8; i++)
		wrong += __builtin_popcount((unsigned char)(bytes.p[at + i] ^ magic[i]));
	return wrong <= 3;
}

static bool flipped_own(const char *path, struct slice bytes)
{
	const char *name = strstr(path, "/msg-");
	struct own_flip f;

	if (name == NULL || !text_id_parse(slice_str(name + strlen("/msg-")), &f.id))
		return false;
	buf_init(&f.bytes, bytes.n);
	buf_put(&f.bytes, bytes);
	rot.own = mem_resize(rot.own, (rot.own_n + 1) * sizeof(*rot.own));
	rot.own[rot.own_n++] = f;
	return true;
}

void rot_flipped(const char *path, struct slice bytes, uint64_t byte)
{
	struct flip f = { .byte = byte };
	uint64_t end = byte / BLOCK + 1;

	if (flipped_own(path, bytes))
		return;
	if (sscanf(path, "spool/%u/seg-%u", &f.partition, &f.segment) != 2)
		storm_fail("a bit was flipped in %s, which is no segment", path);
	f.start = byte / BLOCK;
	while (f.start > 0 && !begins_batch(bytes, f.start * BLOCK))
		f.start--;
	while (end * BLOCK < bytes.n && (f.start == 0 || !begins_batch(bytes, end * BLOCK)))
		end++;
	f.start *= BLOCK;
	buf_init(&f.batch, bytes.n);
	buf_put(&f.batch, slice_take(slice_skip(bytes, f.start), end * BLOCK - f.start));
	rot.flips = mem_resize(rot.flips, (rot.flips_n + 1) * sizeof(*rot.flips));
	rot.flips[rot.flips_n++] = f;
}

static bool holds_id(struct slice bytes, uint64_t id)
{
	return id && slice_search(bytes, slice_of((const char *)&id, sizeof(id))) < bytes.n;
}

/* ---- lines ---- */

static bool says(struct slice line, const char *text)
{
	return slice_search(line, slice_str(text)) < line.n;
}

static struct slice field(struct slice line, const char *name)
{
	line = slice_skip(line, slice_search(line, slice_str(name)) + strlen(name));
	if (slice_starts(line, S("\""))) {
		line = slice_skip(line, 1);
		return slice_take(line, slice_find(line, '"'));
	}
	return slice_take(line, slice_find(line, ' '));
}

static uint64_t number(struct slice line, const char *name)
{
	uint64_t n = UINT64_MAX;

	(void)slice_to_u64(field(line, name), UINT32_MAX, &n);
	return n;
}

static void name(uint64_t id)
{
	rot.named = mem_resize(rot.named, (rot.named_n + 1) * sizeof(*rot.named));
	rot.named[rot.named_n++] = (struct named){ id, true };
}

bool rot_named(uint64_t id)
{
	for (size_t i = 0; i < rot.named_n; i++)
		if (rot.named[i].id == id)
			return true;
	return false;
}

/* The line is about a stretch of a segment. True when it is around a flip. */
static bool see_stretch(struct slice line, bool torn)
{
	uint64_t from = number(line, " offset="), end = from + number(line, " bytes=");
	struct slice ids = field(line, " queue-ids=");
	bool found = false;
	uint64_t id;

	for (size_t i = 0; i < rot.flips_n; i++) {
		struct flip *f = &rot.flips[i];

		if (f->partition != number(line, " partition=") ||
			f->segment != number(line, " segment=") || f->byte < from || f->byte >= end)
			continue;
		found = true;
		f->cut |= torn;
		if (!torn && end - from > f->aside_end - f->aside) {
			f->aside = from;
			f->aside_end = end;
		}
	}
	while (ids.n && !torn)
		if (text_id_parse(slice_split(&ids, ' '), &id))
			name(id);
	return found;
}

/* True when the message was where a flip has hit. */
static bool see_quarantined(struct slice line)
{
	uint64_t id = 0;

	(void)text_id_parse(field(line, " queue-id="), &id);
	if (rot_named(id))
		return true;
	name(id);
	for (size_t i = 0; i < rot.flips_n; i++)
		if (holds_id(buf_slice(&rot.flips[i].batch), id))
			return true;
	for (size_t i = 0; i < rot.own_n; i++)
		if (rot.own[i].id == id)
			return true;
	return false;
}

void rot_line(struct slice line)
{
	bool fine = true;

	if (says(line, "a torn batch was cut off"))
		(void)see_stretch(line, true);
	else if (says(line, "rotten"))
		fine = see_stretch(line, false);
	else if (says(line, " quarantined "))
		fine = see_quarantined(line);
	else if (says(line, " to=boss@ours.test") && !says(line, " delivered ") &&
		 !says(line, " deferred "))
		rot_waive(); /* a next hop has refused the alarm for good */
	if (!fine)
		storm_fail("no bit was flipped%s, and it says: %.*s", rot.flips_n ? " there" : "",
			SLICE_ARG(line));
}

/* ---- the postmaster ---- */

void rot_told(struct slice text)
{
	char id[TEXT_ID_CHARS + 1] = "";

	for (size_t i = 0; i < rot.named_n; i++) {
		text_id(rot.named[i].id, id);
		rot.named[i].owed &= !says(text, id);
	}
}

void rot_waive(void)
{
	for (size_t i = 0; i < rot.named_n; i++)
		rot.named[i].owed = false;
}

uint64_t rot_owed(void)
{
	for (size_t i = 0; i < rot.named_n; i++)
		if (rot.named[i].owed)
			return rot.named[i].id;
	return 0;
}

/* ---- excuses ---- */

/* Of the batch, what was put aside. */
static struct slice put_aside(const struct flip *f)
{
	uint64_t from = f->aside > f->start ? f->aside - f->start : 0;
	uint64_t end = f->aside_end > f->start ? f->aside_end - f->start : 0;

	if (f->byte < BLOCK) /* perhaps what was released before is back */
		return f->aside_end ? buf_slice(&f->batch) : SLICE_NIL;
	return end > from ? slice_take(slice_skip(buf_slice(&f->batch), from), end - from)
			  : SLICE_NIL;
}

/* Where the batch was taken for a torn one, something else must have been about to happen to it. */
static bool harmed(uint64_t id, bool was_last)
{
	for (size_t i = 0; i < rot.flips_n; i++) {
		const struct flip *f = &rot.flips[i];

		if (holds_id(put_aside(f), id) ||
			(f->cut && was_last && holds_id(buf_slice(&f->batch), id)))
			return true;
	}
	return false;
}

static uint64_t id_of(const struct message *m)
{
	uint64_t id = 0;

	(void)text_id_parse(slice_str(m->id), &id);
	return id;
}

/* Its worker, before another batch can have followed. */
static bool ended(const struct message *m, usec_t at)
{
	return crash_struck(oracle_worker(m), CRASH_ANY, at, at + FOLLOWED_TIME);
}

bool rot_excuses_loss(const struct message *m)
{
	/* Rot in the last batch cannot be told from a tear, as long as no other batch follows. */
	return harmed(id_of(m), ended(m, m->fate_at));
}

bool rot_excuses_twice(const struct message *m, usec_t recorded)
{
	return harmed(id_of(m), ended(m, recorded));
}

bool rot_was_named(void)
{
	for (size_t i = 0; i < rot.flips_n; i++)
		if (rot.flips[i].aside_end || rot.flips[i].cut)
			return true;
	return false;
}

/* Of two ids in one batch the other one may be that of a report, which no client was told. */
static bool names_report(const struct flip *f, uint64_t but)
{
	for (size_t i = 0; i < rot.named_n; i++)
		if (rot.named[i].id != but && holds_id(buf_slice(&f->batch), rot.named[i].id) &&
			oracle_with_id(rot.named[i].id) == NULL)
			return true;
	return false;
}

/* The report itself was in a file of its own, and was named. */
static bool harmed_report(const struct own_flip *f, struct slice from)
{
	return rot_named(f->id) && oracle_with_id(f->id) == NULL &&
	       slice_search(buf_slice(&f->bytes), from) < f->bytes.n;
}

bool rot_excuses_silence(const struct message *m)
{
	struct slice from = slice_str(m->from);

	for (size_t i = 0; i < rot.own_n; i++)
		if (harmed_report(&rot.own[i], from))
			return true;

	for (size_t i = 0; i < rot.flips_n; i++) {
		const struct flip *f = &rot.flips[i];
		struct slice aside = put_aside(f), batch = buf_slice(&f->batch);

		if (slice_search(aside, from) < aside.n ||
			(slice_search(batch, from) < batch.n &&
				(f->cut || names_report(f, id_of(m)))))
			return true;
	}
	return false;
}
