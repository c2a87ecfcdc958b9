/* Each mail of the program's own is known by its Message-ID: it has no Received field that could name its
 * queue id. A report lies in the partition of the message that it tells of, so the same worker delivers
 * both; whose an alarm is nobody can see. What a report says of a recipient is kept until all
 * deliveries are known. */
#include "own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "crash.h"
#include "program.h"
#include "rot.h"
#include "rt/clock.h"
#include "storm.h"

struct own {
	char to[40];
	struct buf text; /* as it came first */
	int worker;
};

/* A report says that a recipient has failed. */
struct told {
	const struct message *m;
	unsigned rcpt;
	usec_t at; /* when it arrived */
};

static struct {
	struct own *v;
	size_t n;
	struct told *told;
	size_t told_n;
} own;

void own_forget(void)
{
	for (size_t i = 0; i < own.n; i++)
		buf_done(&own.v[i].text);
	free(own.v);
	free(own.told);
	memset(&own, 0, sizeof(own));
}

/* ---- reports ---- */

/* Of bytes over 127 that its host does not take, when no host has said no to anything else. */
static void judge_status(const struct message *m, const struct rcpt *r, struct slice status)
{
	if (message_is_too_wide(m, r->address) && r->refused == 1 &&
		!slice_eq(slice_trim(status), S("5.6.3")))
		storm_fail("%s has bytes over 127, its host does not offer 8BITMIME, and it failed "
			   "with %.*s",
			r->address, SLICE_ARG(slice_trim(status)));
}

/* No address of ours waits so long that its time is over, so there is one reason only. */
static void judge_reason(const struct rcpt *r)
{
	if (r->refused == 0)
		storm_fail("%s was reported as failed, and no next hop has refused it", r->address);
}

/* Of all times that the message was sent, the one whose queue id the report tells; NULL: its client
 * heard none, and sent it more than once. */
static struct message *told_of(struct message *first, struct slice text)
{
	static const char before[] = "\r\nand is known as ";
	struct slice id = slice_skip(text, slice_search(text, S(before)) + sizeof(before) - 1);
	struct message *m;
	uint64_t n;

	id = slice_take(id, TEXT_ID_CHARS);
	if (!text_id_parse(id, &n)) {
		storm_fail("a report to %s names no message", first->from);
		return NULL;
	}
	m = oracle_with_id(n);
	if (m == NULL && first->tries == 0 && first->id[0] == '\0') {
		snprintf(first->id, sizeof(first->id), "%.*s", SLICE_ARG(id));
		m = first;
	}
	if (m ? m->first != first : first->tries == 0)
		storm_fail(
			"a report to %s is of %.*s, another message", first->from, SLICE_ARG(id));
	return m;
}

static void note_failed(struct message *first, const struct message *m, struct rcpt *r)
{
	unsigned rcpt = (unsigned)(r - first->rcpts);

	judge_reason(r);
	if (r->reported_at == 0)
		r->reported_at = clock_now();
	for (size_t i = 0; m && i < own.told_n; i++)
		if (own.told[i].m == m && own.told[i].rcpt == rcpt && !rot_was_named())
			storm_fail("%s was reported as failed by two reports", r->address);
	if (m == NULL)
		return;
	own.told = mem_resize(own.told, (own.told_n + 1) * sizeof(*own.told));
	own.told[own.told_n++] = (struct told){ m, rcpt, clock_now() };
}

/* The fields of RFC 3464 for each recipient: an address, what became of it, then its status. */
static void read_report(struct message *first, const struct message *m, struct slice text)
{
	static const char final[] = "Final-Recipient: rfc822;", failed[] = "Action: failed";
	static const char status[] = "Status: ";
	struct slice last = SLICE_NIL;
	struct message *of;
	struct rcpt *told = NULL; /* whose status comes next */

	while (text.n) {
		struct slice line = slice_split(&text, '\n');

		if (slice_starts(line, S(final)))
			last = slice_trim(slice_skip(line, sizeof(final) - 1));
		if (last.n && slice_starts(line, S(failed))) {
			told = oracle_rcpt(last, &of);
			if (told == NULL || of != first)
				storm_fail("a report to %s tells of %.*s, to whom it never sent",
					first->from, SLICE_ARG(last));
			else
				note_failed(first, m, told);
			last = SLICE_NIL;
		}
		if (told && slice_starts(line, S(status))) {
			judge_status(first, told, slice_skip(line, sizeof(status) - 1));
			told = NULL;
		}
	}
}

/* The message that was sent first by whom a report is for, or NULL. */
static struct message *sent_by(struct slice to)
{
	char at[64];
	unsigned number;

	snprintf(at, sizeof(at), "%.*s", SLICE_ARG(to));
	if (sscanf(at, "s%u@ours.test", &number) != 1 || number >= storm.messages_n ||
		is_stranger(storm.messages[number]->sender) ||
		is_passing(storm.messages[number]->sender))
		return NULL;
	return storm.messages[number];
}

/* ---- what comes out ---- */

static struct slice message_id(struct slice text)
{
	text = slice_skip(text, slice_search(text, S("\r\nMessage-ID: ")));
	text = slice_skip(text, 2);
	return slice_take(text, slice_find(text, '\r'));
}

/* Its place among those that have come; the end, if it is new. */
static size_t find(struct slice to, struct slice text)
{
	for (size_t i = 0; i < own.n; i++)
		if (slice_eq(slice_str(own.v[i].to), to) &&
			slice_eq(message_id(buf_slice(&own.v[i].text)), message_id(text)))
			return i;
	return own.n;
}

static void add(struct slice to, struct slice text, int worker)
{
	struct own *o;

	own.v = mem_resize(own.v, (own.n + 1) * sizeof(*own.v));
	o = &own.v[own.n++];
	*o = (struct own){ .worker = worker };
	snprintf(o->to, sizeof(o->to), "%.*s", SLICE_ARG(to));
	buf_init(&o->text, text.n + 1);
	buf_put(&o->text, text);
}

/* It comes for the first time. */
static void learn(struct slice to, struct slice text)
{
	struct message *first = sent_by(to), *m;

	if (message_id(text).n == 0)
		storm_fail("mail of its own to %.*s has no Message-ID", SLICE_ARG(to));
	if (slice_eq(to, S("boss@ours.test"))) { /* the postmaster, whom alarms reach */
		rot_told(text);
		add(to, text, ANY_WORKER);
	} else if (first) {
		m = told_of(first, text);
		read_report(first, m, text);
		add(to, text, m ? oracle_worker(m) : ANY_WORKER);
	} else {
		storm_fail("a report to %.*s, for whom we cannot vouch", SLICE_ARG(to));
	}
}

void own_delivered(struct slice to, struct slice text, usec_t began, bool awaited)
{
	size_t i = find(to, text);

	if (i == own.n)
		learn(to, text);
	else if (!slice_eq(buf_slice(&own.v[i].text), text))
		storm_fail("mail of its own to %s came out altered", own.v[i].to);
	oracle_note(&(struct delivery){
		.message = OWN_MAIL, .rcpt = (unsigned)i, .began = began, .awaited = awaited });
}

/* ---- the end ---- */

/* Alarms come up to an hour later: one may just have been made when all else has ended. */
void own_queued(const struct program_rcpt *in)
{
	if (in->corrupt)
		return;
	if (!slice_eq(slice_str(in->to), S("boss@ours.test")) && sent_by(slice_str(in->to)) == NULL)
		storm_fail("mail to %s is in the queue, and nobody sent it", in->to);
	else if (strcmp(in->state, "held") == 0)
		storm_fail("mail of its own to %s is held", in->to);
	else if (!storm.settled)
		storm_fail(
			"mail of its own to %s is still %s long after the storm, after %u attempts",
			in->to, in->state, in->attempts);
}

/* What it tells of has not happened before, unless that was forgotten, and does not happen any more.
 * What was on its way may arrive. */
static void judge_told(const struct told *t)
{
	const struct rcpt *r = &t->m->rcpts[t->rcpt];

	for (size_t i = 0; i < storm.deliveries_n; i++) {
		const struct delivery *d = &storm.deliveries[i];

		if (d->message != t->m->number || d->rcpt != t->rcpt)
			continue;
		if (d->began > t->at)
			storm_fail("message %u to %s was reported as failed, then delivered",
				t->m->number, r->address);
		else if (d->confirmed && !oracle_forgot(oracle_worker(t->m), d, d->began) &&
			 !rot_excuses_twice(t->m, d->said + RECORD_TIME))
			storm_fail("message %u to %s was delivered, and reported as failed",
				t->m->number, r->address);
	}
}

static void judge_twice(const struct own *o)
{
	const struct delivery *before = NULL;

	for (size_t i = 0; i < storm.deliveries_n; i++) {
		const struct delivery *d = &storm.deliveries[i];

		if (d->message != OWN_MAIL || d->rcpt != (size_t)(o - own.v) ||
			(before && !d->awaited && d->began <= before->at))
			continue;
		if (before && before->confirmed && !oracle_forgot(o->worker, before, d->began) &&
			!rot_was_named())
			storm_fail("mail of its own to %s is delivered twice without need", o->to);
		before = d;
	}
}

void own_judge(void)
{
	for (size_t i = 0; i < own.told_n; i++)
		judge_told(&own.told[i]);
	for (size_t i = 0; i < own.n; i++)
		judge_twice(&own.v[i]);
}
