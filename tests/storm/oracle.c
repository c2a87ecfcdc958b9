/* What may have become of each message. Where something is allowed because of a crash, the crash
 * has a time, and the time must fit. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "crash.h"
#include "own.h"
#include "program.h"
#include "rt/clock.h"
#include "rt/sim/sim.h"
#include "rot.h"
#include "storm.h"

/* From a commit until a client that reads has heard of it, at most. */
#define HEARING_TIME (1 * USEC_PER_SEC)
#define LEAVING_TIME (30 * USEC_PER_SEC)
#define READ_TRIES   5

struct storm storm;

void storm_fail(const char *fmt, ...)
{
	char text[600];
	va_list ap;

	if (storm.failure)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	storm.failure = mem_strdup(slice_str(text));
	sim_note(text);
}

bool storm_chance(unsigned n)
{
	return sim_choose(1000) < n;
}

struct rcpt *oracle_rcpt(struct slice address, struct message **ret_message)
{
	char text[64];
	unsigned message, rcpt;

	snprintf(text, sizeof(text), "%.*s", SLICE_ARG(address));
	if (sscanf(text, "r%u.%u@", &message, &rcpt) != 2 || message >= storm.messages_n ||
		rcpt >= storm.messages[message]->rcpts_n)
		return NULL;
	*ret_message = storm.messages[message];
	return &(*ret_message)->rcpts[rcpt];
}

/* What became of a recipient at all times that it was sent to. */
static struct rcpt *ever(const struct message *m, unsigned rcpt)
{
	return &m->first->rcpts[rcpt];
}

/* A next hop took it for a recipient, and said so. */
static bool was_answered(const struct message *m, unsigned rcpt)
{
	for (size_t i = 0; i < storm.deliveries_n; i++)
		if (storm.deliveries[i].message == m->number && storm.deliveries[i].rcpt == rcpt &&
			storm.deliveries[i].answered)
			return true;
	return false;
}

/* What passes through is acknowledged by those that took it. */
static void judge_passed(const struct message *m, unsigned rcpt)
{
	if (m->rcpts[rcpt].accepted && !was_answered(m, rcpt))
		storm_fail("message %u passed through got 250 before %s had it", m->number,
			m->rcpts[rcpt].address);
}

/* ---- what was taken before ---- */

static bool are_same(const struct message *a, const struct message *b)
{
	if (a->sender != b->sender || !slice_eq(buf_slice(&a->text), buf_slice(&b->text)))
		return false;
	for (unsigned i = 0; i < RCPTS_MAX; i++)
		if (a->rcpts[i].accepted != b->rcpts[i].accepted)
			return false;
	return true;
}

/* The other one has the same bytes and the same envelope, and a next hop said 250 to it for
 * everyone. */
static void judge_duplicate(struct message *m, const char *id)
{
	const struct message *twin = NULL;
	const struct front *front = front_of(m->sender);

	m->duplicate = true;
	for (unsigned i = m->first->number; i < m->number && !twin; i++)
		if (storm.messages[i]->first == m->first && storm.messages[i]->passed_id[0] &&
			strncmp(storm.messages[i]->passed_id, id, TEXT_ID_CHARS) == 0)
			twin = storm.messages[i];
	if (!front || !front->dedupe)
		storm_fail("message %u is called a duplicate by who was not asked to", m->number);
	else if (m->nameless)
		storm_fail("message %u is called a duplicate, and has no Message-ID", m->number);
	else if (!twin)
		storm_fail("message %u is called a duplicate of nothing", m->number);
	else if (!are_same(twin, m))
		storm_fail("message %u is called a duplicate of %u, and is another one", m->number,
			twin->number);
	for (unsigned i = 0; twin && i < twin->rcpts_n; i++)
		if (twin->rcpts[i].accepted && !was_answered(twin, i))
			storm_fail("message %u is called a duplicate, and nobody has %u for %s",
				m->number, twin->number, twin->rcpts[i].address);
}

/* ---- what clients are told ---- */

static void note_id(struct message *m, const char *text)
{
	const char *id = strstr(text, "Queued as ");

	if (id == NULL) {
		storm_fail("message %u got 250 without an id: %s", m->number, text);
		return;
	}
	id += strlen("Queued as ");
	m->kept = true;
	snprintf(m->id, sizeof(m->id), "%.*s", (int)strcspn(id, " "), id);
	for (unsigned i = 0; i < storm.messages_n; i++)
		if (storm.messages[i] != m && strcmp(storm.messages[i]->id, m->id) == 0)
			storm_fail("messages %u and %u have the same id, %s", i, m->number, m->id);
}

/* A front stores what no next hop has. One that may have it, whose answer was lost, is a reason to say
 * 451. */
static void judge_kept(const struct message *m, unsigned rcpt)
{
	for (size_t i = 0; i < storm.deliveries_n && is_keeping(m->sender); i++) {
		const struct delivery *d = &storm.deliveries[i];

		if (d->message == m->number && d->rcpt == rcpt && !d->answered && !m->slowly &&
			d->at + HEARING_TIME < clock_now())
			storm_fail("message %u is kept, and a next hop may have it for %s",
				m->number, m->rcpts[rcpt].address);
	}
}

static bool is_passed(const struct message *m, const char *text)
{
	return is_passing(m->sender) ||
	       (is_keeping(m->sender) && strstr(text, "Queued as ") == NULL);
}

void oracle_acknowledged(struct message *m, const char *text)
{
	static const char duplicate[] = "Duplicate of ";
	const char *of = strstr(text, duplicate);

	if (of) {
		judge_duplicate(m, of + sizeof(duplicate) - 1);
		return;
	}
	bool passed = is_passed(m, text);

	if (!passed)
		note_id(m, text);
	for (unsigned i = 0; i < m->rcpts_n; i++)
		if (passed)
			judge_passed(m, i);
		else
			judge_kept(m, i);
}

void oracle_acknowledged_one(struct message *m, unsigned rcpt, const char *text)
{
	if (is_passed(m, text)) {
		judge_passed(m, rcpt);
		return;
	}
	note_id(m, text);
	judge_kept(m, rcpt);
}

/* ---- what comes out ---- */

/* Of all times that it was sent, the one that the client's name in its Received field tells. */
static struct message *sent_by(struct message *first, struct slice text)
{
	char line[60];
	unsigned session;

	snprintf(line, sizeof(line), "%.*s", SLICE_ARG(slice_take(text, sizeof(line) - 1)));
	if (sscanf(line, "Received: from c%u.", &session) != 1)
		return first;
	for (unsigned i = first->number; i < storm.messages_n; i++)
		if (storm.messages[i]->first == first && storm.messages[i]->session == session)
			return storm.messages[i];
	storm_fail("message %u came out of session %u, which never had it", first->number, session);
	return first;
}

/* What comes out names its id too. */
static void learn_id(struct message *m, struct slice text)
{
	char id[sizeof(m->id)] = "";
	struct slice of = slice_skip(text, slice_search(text, S(" id ")) + 4);

	snprintf(id, sizeof(id), "%.*s", SLICE_ARG(slice_take(of, TEXT_ID_CHARS)));
	snprintf(m->passed_id, sizeof(m->passed_id), "%s", id);
	if (is_passing(m->sender))
		return;
	if (m->id[0] == '\0')
		snprintf(m->id, sizeof(m->id), "%s", id);
	if (strcmp(m->id, id) != 0)
		storm_fail("message %u came out as %s; it is %s", m->number, id, m->id);
}

void oracle_note(const struct delivery *d)
{
	struct delivery *at;

	storm.deliveries = mem_resize(
		storm.deliveries, (storm.deliveries_n + 1) * sizeof(*storm.deliveries));
	at = &storm.deliveries[storm.deliveries_n++];
	*at = *d;
	at->at = at->said = clock_now();
}

void oracle_delivered(struct slice address, struct slice text, usec_t began, bool awaited)
{
	struct message *m;
	struct rcpt *r = oracle_rcpt(address, &m);
	unsigned rcpt = r ? (unsigned)(r - m->rcpts) : 0;
	const char *why;

	if (r == NULL) {
		storm_fail("nobody sent to %.*s", SLICE_ARG(address));
		return;
	}
	m = sent_by(m, text);
	r = &m->rcpts[rcpt];
	learn_id(m, text);
	if (!message_is_whole(m, text, &why))
		storm_fail("message %u came out altered: %s", m->number, why);
	if (m->fate == UNSENT)
		storm_fail("message %u is delivered, and was never sent to its end", m->number);
	if (!r->accepted && (m->fate != OPEN || r->denied))
		storm_fail("message %u is delivered to %s, who was refused", m->number, r->address);
	oracle_note(&(struct delivery){
		.message = m->number, .rcpt = rcpt, .began = began, .awaited = awaited });
}

static bool says(struct slice line, const char *text)
{
	return slice_search(line, slice_str(text)) < line.n;
}

static int worker_of(struct slice line)
{
	static const char name[] = "worker=";
	struct slice of = slice_skip(line, slice_search(line, S(name)) + sizeof(name) - 1);

	return of.n ? of.p[0] - '0' : EACH_WORKER;
}

void oracle_log(void *arg, struct slice line)
{
	(void)arg;
	if (says(line, "the worker has ended"))
		crash_note(CRASH_END, worker_of(line));
	rot_line(line);
	if (says(line, "ran long without suspending"))
		storm_fail("a coroutine ran long");
}

int oracle_worker(const struct message *m)
{
	uint64_t id = 0;

	if (!text_id_parse(slice_str(m->id[0] ? m->id : m->passed_id), &id))
		return -1;
	return (int)(id >> 12 & 1023);
}

struct message *oracle_with_id(uint64_t id)
{
	char text[TEXT_ID_CHARS + 1] = "";

	text_id(id, text);
	for (unsigned i = 0; i < storm.messages_n; i++)
		if (strcmp(storm.messages[i]->id, text) == 0)
			return storm.messages[i];
	return NULL;
}

/* ---- the end ---- */

static void see_queued(void *arg, const struct program_rcpt *in)
{
	struct message *m, *known = oracle_with_id(in->id);
	struct rcpt *r = oracle_rcpt(slice_str(in->to), &m);

	(void)arg;
	if (in->corrupt && !rot_named(in->id))
		storm_fail("%s is held as corrupt, and no line says so", in->to);
	if (in->corrupt && in->to[0] == '\0' && known)
		known->unreadable++;
	if (strcmp(in->state, "done") == 0 || strcmp(in->state, "failed") == 0)
		return;
	if (r == NULL) {
		own_queued(in);
		return;
	}
	bool refused = r->refused;

	if (known && known->first == m) {
		r = &known->rcpts[r - m->rcpts];
		m = known;
	}
	if (is_passing(m->sender) || (is_keeping(m->sender) && m->fate == TAKEN && !m->kept))
		storm_fail("%s is kept, and was only to pass", in->to);
	r->waits = true;
	/* A stranger's message that failed may not bounce: it is held for a person. */
	if (strcmp(in->state, "held") != 0)
		storm_fail("%s is still %s long after the storm, due in %lld s after %u attempts",
			in->to, in->state, (long long)((in->due - clock_wall()) / USEC_PER_SEC),
			in->attempts);
	else if (!in->corrupt && !(is_stranger(m->sender) && refused))
		storm_fail("%s is held", in->to);
}

static void judge_lost(const struct message *m, unsigned rcpt)
{
	const struct rcpt *r = &m->rcpts[rcpt];

	if (r->waits || m->unreadable || m->duplicate || rot_excuses_loss(m))
		return;
	if (ever(m, rcpt)->refused == 0)
		storm_fail("message %u to %s is lost", m->number, r->address);
	else if (is_stranger(m->sender))
		storm_fail("message %u to %s failed, and is not held for a person", m->number,
			r->address);
	else if (ever(m, rcpt)->reported_at == 0 && !rot_excuses_silence(m))
		storm_fail("message %u to %s failed, and its sender was not told", m->number,
			r->address);
}

bool oracle_forgot(int worker, const struct delivery *d, usec_t next)
{
	const unsigned ends = 1U << CRASH_KILL | 1U << CRASH_CUT;

	/* What a worker had sent before it ended may arrive long afterwards. */
	return crash_struck(worker, ends, next, d->at) ||
	       crash_struck(worker, ends, d->at, d->said + RECORD_TIME) ||
	       /* When the disk has failed, attempts end, and nothing of them is recorded any more. */
	       crash_struck(worker, 1U << CRASH_DISK, d->at - LEAVING_TIME, d->said + RECORD_TIME);
}

static void judge_twice(const struct message *m, unsigned rcpt)
{
	const struct delivery *before = NULL;

	for (size_t i = 0; i < storm.deliveries_n; i++) {
		const struct delivery *d = &storm.deliveries[i];

		if (d->message != m->number || d->rcpt != rcpt)
			continue;
		if (before && is_passing(m->sender))
			storm_fail("message %u to %s has passed twice", m->number,
				m->rcpts[rcpt].address);
		/* A next hop may read what was sent long ago, and given up, behind the next attempt. */
		if (before && !d->awaited && d->began <= before->at)
			continue;
		if (before && before->confirmed &&
			!oracle_forgot(oracle_worker(m), before, d->began) &&
			!rot_excuses_twice(m, before->said + RECORD_TIME))
			storm_fail("message %u to %s is delivered twice without need", m->number,
				m->rcpts[rcpt].address);
		before = d;
	}
}

static bool delivered(const struct message *m, unsigned rcpt)
{
	for (size_t i = 0; i < storm.deliveries_n; i++)
		if (storm.deliveries[i].message == m->number && storm.deliveries[i].rcpt == rcpt)
			return true;
	return false;
}

/* A refusal by a proxy while a next hop has it: only when its answer was lost on the way. */
static bool was_confirmed(const struct message *m, unsigned rcpt)
{
	for (size_t i = 0; i < storm.deliveries_n; i++)
		if (storm.deliveries[i].message == m->number && storm.deliveries[i].rcpt == rcpt)
			return storm.deliveries[i].confirmed;
	return false;
}

/* A front that keeps: the next hop has taken its part, and the disk has not taken the rest. */
static bool is_half_taken(const struct message *m)
{
	unsigned out = 0, in = 0;

	for (unsigned i = 0; i < m->rcpts_n; i++) {
		out += m->rcpts[i].accepted && delivered(m, i);
		in += m->rcpts[i].accepted && !delivered(m, i);
	}
	return is_keeping(m->sender) && out && in && (m->code == 451 || m->code == 452) &&
	       crash_struck(ANY_WORKER, 1U << CRASH_DISK, m->fate_at - LEAVING_TIME, m->fate_at);
}

static void judge_message(const struct message *m)
{
	for (unsigned i = 0; i < m->rcpts_n; i++) {
		const struct rcpt *r = &m->rcpts[i];
		bool out = delivered(m, i);

		if (r->fate == TAKEN && r->accepted && !out)
			judge_lost(m, i);
		/* After a failed sync the disk may hold what was refused. */
		if (r->fate == REFUSED && out &&
			(!(is_passing(m->sender) || is_keeping(m->sender)) ||
				was_confirmed(m, i)) &&
			!is_half_taken(m) &&
			!(r->code == 451 && crash_struck(oracle_worker(m), 1U << CRASH_DISK,
						    m->fate_at - RECORD_TIME, m->fate_at)))
			storm_fail("message %u was refused, and is delivered", m->number);
		judge_twice(m, i);
	}
}

/* A planned fault of the disk may strike as late as here: then it is read again. */
static int read_queue(struct ctx *ctx)
{
	int r = ERR_IO;

	for (int i = 0; i < READ_TRIES && r == ERR_IO; i++) {
		for (unsigned at = 0; at < storm.messages_n; at++)
			storm.messages[at]->unreadable = 0;
		r = program_queue(ctx, storm.program, see_queued, NULL);
	}
	return r;
}

void oracle_judge(struct ctx *ctx)
{
	int r = read_queue(ctx);

	if (r < 0)
		storm_fail("the queue cannot be read: %s", err_name(r));
	for (unsigned i = 0; i < storm.messages_n; i++)
		judge_message(storm.messages[i]);
	own_judge();
	if (rot_owed()) {
		char id[TEXT_ID_CHARS + 1] = "";

		text_id(rot_owed(), id);
		storm_fail("the postmaster was not told of %s, which has rotted", id);
	}
}
