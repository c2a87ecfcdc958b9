/* What lives where: the one place that decides when a segment may be recycled. Used alike for
 * records just written and for those replayed at start, so that both lead to the same. */
#include <assert.h>

#include "base/mem.h"
#include "spool/journal.h"

#define STATE_ESTIMATE 160 /* bytes of a record with a recipient's last state */

static uint64_t message_bytes(const struct spool_message *m)
{
	uint64_t n = SPOOL_RECORD_HEADER;

	for (int i = 0; i < SPOOL_PARTS; i++)
		if (!(m->in_file & 1u << i))
			n += m->bytes[i];
	return n;
}

/* s depends on home, if that generation is still there. */
static struct segment_dep *depend(
	struct journal *j, struct segment *s, uint32_t home, uint32_t generation, bool by_move)
{
	const struct segment *h = journal_segment(j, home);

	if (h == NULL || h == s || h->generation != generation)
		return NULL;
	for (uint32_t i = 0; i < s->deps_n; i++) {
		if (s->deps[i].home == home) {
			s->deps[i].by_move |= by_move;
			return &s->deps[i];
		}
	}
	s->deps = mem_resize(s->deps, (s->deps_n + 1) * sizeof(*s->deps));
	s->deps[s->deps_n] = (struct segment_dep){ .home = home, .by_move = by_move };
	return &s->deps[s->deps_n++];
}

static void leave_home(struct journal *j, struct spool_message *m)
{
	struct segment *home = journal_segment(j, m->home.segment);

	if (home == NULL)
		return;
	assert(home->live_messages > 0);
	home->live_messages--;
	home->live_bytes -= message_bytes(m);
}

static void unsay(struct journal *j, struct spool_rcpt *r)
{
	struct segment *s = journal_segment(j, r->said.segment);

	if (s)
		s->live_states--;
	r->said = (struct spool_place){ 0, 0 };
}

static void say(struct journal *j, struct segment *s, uint32_t offset, struct spool_message *m,
	struct slice states)
{
	struct cursor c = cursor_of(states);
	struct spool_state_entry e;

	while (spool_format_state(&c, &e)) {
		if (e.rcpt >= m->rcpts_n)
			continue;
		unsay(j, &m->rcpts[e.rcpt]);
		m->rcpts[e.rcpt].said = (struct spool_place){ s->number, offset };
		s->live_states++;
	}
}

void account_record(struct journal *j, struct segment *s, uint32_t offset,
	const struct spool_record_header *h, struct spool_message *m, struct slice states)
{
	struct segment_dep *dep = NULL;

	if (h->type != SPOOL_RECORD_MSG)
		dep = depend(
			j, s, h->home_segment, h->home_generation, h->type == SPOOL_RECORD_MOVE);
	if (m == NULL && dep)
		dep->ended++;
	if (m == NULL)
		return;
	if (h->type == SPOOL_RECORD_MSG || h->type == SPOOL_RECORD_MOVE) {
		leave_home(j, m);
		m->home = (struct spool_place){ s->number, offset };
		s->live_messages++;
		s->live_bytes += message_bytes(m);
	}
	say(j, s, offset, m, states);
}

void account_gone(struct journal *j, struct spool_message *m)
{
	uint32_t last = 0;

	for (uint16_t i = 0; i < m->rcpts_n; i++) {
		if (m->rcpts[i].said.segment)
			last = m->rcpts[i].said.segment;
		unsay(j, &m->rcpts[i]);
	}
	struct segment *s = journal_segment(j, last);

	for (uint32_t i = 0; s && i < s->deps_n; i++)
		if (s->deps[i].home == m->home.segment)
			s->deps[i].ended++;
	leave_home(j, m);
	m->home = (struct spool_place){ 0, 0 };
}

void account_released(struct journal *j, struct segment *s)
{
	for (uint32_t n = 1; n < j->segments_n; n++) {
		struct segment *other = j->segments[n];

		for (uint32_t i = 0; other && i < other->deps_n; i++) {
			if (other->deps[i].home == s->number) {
				other->deps[i] = other->deps[--other->deps_n];
				break;
			}
		}
	}
}

bool account_is_free(const struct segment *s)
{
	return s->live_messages == 0 && s->pins == 0 && s->deps_n == 0;
}

uint64_t account_live(const struct segment *s)
{
	uint64_t n = s->live_bytes + (uint64_t)s->live_states * STATE_ESTIMATE;

	for (uint32_t i = 0; i < s->deps_n; i++) {
		if (s->deps[i].by_move)
			return s->size;
		n += (uint64_t)s->deps[i].ended * SPOOL_RECORD_HEADER;
	}
	return s->unmovable ? s->size : n;
}
