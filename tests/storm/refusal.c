/* A refusal for good has a reason at once: a next hop, the policy, or what was refused before it. One for
 * now has it in what breaks, perhaps a little later: a worker whose disk has failed says 451 before
 * it ends. So these are kept until the end. */
#include "refusal.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "crash.h"
#include "faults.h"
#include "rt/clock.h"

/* From what breaks until the answer, and from the answer until what has broken shows. */
#define BEHIND_TIME (30 * USEC_PER_SEC)
#define AHEAD_TIME  (30 * USEC_PER_SEC)
/* Of a host that is gone a client hears nothing: it waits so long. */
#define PATIENCE (7 * USEC_PER_MIN)
/* The disk has room again, and the program has seen it. */
#define ROOM_TIME (60 * USEC_PER_SEC)
/* A front waits so long for the answer of a next hop that was sent a whole message. */
#define DOUBT_TIME (5 * USEC_PER_MIN)
/* So many tries through proxies do not fail by chance, whatever next hops are like. */
#define PASSING_FEW 10

struct pending {
	usec_t at;
	const struct message *of; /* the first time that it was sent; or NULL */
	enum sender sender;
	enum stage stage;
	int code;
	char text[80];
};

static struct {
	struct pending *v;
	size_t n;
} pending;

static const char *const stages[] = {
	[STAGE_GREETING] = "instead of a greeting",
	[STAGE_HELLO] = "to EHLO",
	[STAGE_LOG_IN] = "to AUTH",
	[STAGE_MAIL] = "to MAIL",
	[STAGE_RCPT] = "to RCPT",
	[STAGE_DATA] = "to DATA",
	[STAGE_CONTENT] = "to the content",
	[STAGE_RESET] = "to RSET",
};

static bool is_proxied(enum sender sender)
{
	return is_passing(sender) || is_keeping(sender);
}

/* A front says that nobody behind it is there: one that keeps messages is there itself. The words are
 * ours: no next hop of the storm says them. */
static bool is_left_alone(const struct answer *a)
{
	static const char *const words[] = { "4.4.1 No server behind us can be reached",
		"4.4.2 The server behind us was lost", "4.3.2 The server behind us is closing",
		"4.3.2 The servers behind us have no room" };

	for (unsigned i = 0; is_keeping(a->sender) && i < sizeof(words) / sizeof(words[0]); i++)
		if (slice_starts(slice_str(a->text), slice_str(words[i])))
			return true;
	return false;
}

/* It comes from us, whoever is behind. */
static bool is_ours(const struct answer *a)
{
	return !is_proxied(a->sender) || a->stage <= STAGE_LOG_IN || a->stage == STAGE_RESET ||
	       is_left_alone(a);
}

static void judge_final(const struct answer *a)
{
	bool wanted = a->wanted && a->code >= 550 &&
		      (a->stage == STAGE_RCPT || a->stage == STAGE_CONTENT);
	bool in_order = !a->out_of_turn || (a->code != 503 && a->code != 554);

	if (in_order && !wanted)
		storm_fail("a client got %d %s, and nobody wants that: %s", a->code,
			stages[a->stage], a->text);
}

/* Its client, or the network, is the reason; or the disk is full. */
static bool is_excused(const struct answer *a)
{
	usec_t until = storm.full_until;

	if (a->code == 0 || a->code == 421)
		return a->may_end || faults_has(NETWORK);
	return (a->code == 451 || a->code == 452) &&
	       (storm.full || (until && until + ROOM_TIME >= clock_now()));
}

void refusal_judge(const struct answer *a)
{
	if (a->code >= 500)
		judge_final(a);
	if ((a->code > 0 && a->code < 400) || a->code >= 500 || !is_ours(a) || is_excused(a))
		return;
	struct pending p = { clock_now(), a->of ? a->of->first : NULL, a->sender, a->stage, a->code,
		"" };

	snprintf(p.text, sizeof(p.text), "%.*s", (int)sizeof(p.text) - 1, a->text);
	pending.v = mem_resize(pending.v, (pending.n + 1) * sizeof(*pending.v));
	pending.v[pending.n++] = p;
}

/* Through a proxy: a next hop may have the message. It has read it to its end, or nobody here knows how
 * far, since it reads slowly, or since connections break. */
static bool is_in_doubt(const struct pending *p)
{
	if (p->of == NULL || p->code == 0 || !is_proxied(p->sender))
		return false;
	if (faults_has(NETWORK))
		return true;
	for (unsigned i = 0; i < p->of->rcpts_n; i++) {
		const struct rcpt *r = &p->of->rcpts[i];

		if (r->sipped || (r->ended_at && r->ended_at >= p->at - DOUBT_TIME))
			return true;
	}
	return false;
}

static void judge_pending(const struct pending *p)
{
	usec_t from = p->at - (p->code ? BEHIND_TIME : PATIENCE);

	if (is_in_doubt(p))
		return;
	if (crash_struck(ANY_WORKER, CRASH_ANY, from, p->at + AHEAD_TIME))
		return;
	if (p->code)
		storm_fail("a client got %d %s, and nothing had broken: %s", p->code,
			stages[p->stage], p->text);
	else
		storm_fail("a client got no answer %s, and nothing had broken", stages[p->stage]);
}

/* ---- somebody was accepted ---- */

static bool may_be_taken(const struct message *m)
{
	bool home = false;

	for (unsigned i = 0; i < m->rcpts_n; i++)
		home |= !m->rcpts[i].foreign && m->first->rcpts[i].refused == 0;
	return home && (m->fate == TAKEN || m->fate == REFUSED);
}

static void judge_none(bool proxied, unsigned few)
{
	unsigned sent = 0, taken = 0;

	for (unsigned i = 0; i < storm.messages_n; i++) {
		const struct message *m = storm.messages[i];

		sent += is_proxied(m->sender) == proxied && may_be_taken(m);
		taken += is_proxied(m->sender) == proxied && m->fate == TAKEN;
	}
	if (sent >= few && taken == 0)
		storm_fail("%u messages were sent%s, nothing broke, and none was accepted", sent,
			proxied ? " through proxies" : "");
}

void refusal_judge_all(void)
{
	bool breaks = faults_has(CUT) || faults_has(KILL) || faults_has(NETWORK) ||
		      faults_has(FULL) || faults_has(DISK);

	for (size_t i = 0; i < pending.n; i++)
		judge_pending(&pending.v[i]);
	if (breaks)
		return;
	judge_none(false, 1);
	if (!storm.closed)
		judge_none(true, PASSING_FEW);
}

void refusal_forget(void)
{
	free(pending.v);
	pending.v = NULL;
	pending.n = 0;
}
