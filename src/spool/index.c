/* A treap in order of id. The priority of a node is its id scrambled, so it costs no memory and
 * the tree has the same shape in every run. Ids arrive in nearly rising order, and recovery
 * inserts them so: that path stays at the right edge of the tree. */
#include "spool/index.h"

#include <assert.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

struct spool_message *spool_message_new(uint64_t id, uint16_t rcpts_n, usec_t due)
{
	struct spool_message *m = mem_zalloc(
		sizeof(*m) + (size_t)rcpts_n * sizeof(struct spool_rcpt));

	m->id = id;
	m->refs = 1;
	m->rcpts_n = m->open = rcpts_n;
	for (uint16_t i = 0; i < rcpts_n; i++)
		m->rcpts[i].due = due;
	return m;
}

struct spool_message *spool_message_ref(struct spool_message *m)
{
	m->refs++;
	return m;
}

void spool_message_unref(struct spool_message *m)
{
	assert(m->refs > 0);
	if (--m->refs)
		return;
	assert(m->content == NULL && m->busy == 0);
	free(m);
}

static bool above(const struct spool_message *a, const struct spool_message *b)
{
	return hash_u64(a->id) > hash_u64(b->id);
}

/* Splits the tree t into those below id and those above it. */
static void split(struct spool_message *t, uint64_t id, struct spool_message **low,
	struct spool_message **high)
{
	while (t) {
		if (t->id < id) {
			*low = t;
			low = &t->right;
			t = t->right;
		} else {
			*high = t;
			high = &t->left;
			t = t->left;
		}
	}
	*low = *high = NULL;
}

static struct spool_message *join(struct spool_message *low, struct spool_message *high)
{
	struct spool_message *root = NULL, **at = &root;

	while (low && high) {
		if (above(low, high)) {
			*at = low;
			at = &low->right;
			low = low->right;
		} else {
			*at = high;
			at = &high->left;
			high = high->left;
		}
	}
	*at = low ? low : high;
	return root;
}

void spool_index_add(struct spool_index *x, struct spool_message *m)
{
	struct spool_message **at = &x->root;

	while (*at && above(*at, m)) {
		assert((*at)->id != m->id);
		at = m->id < (*at)->id ? &(*at)->left : &(*at)->right;
	}
	split(*at, m->id, &m->left, &m->right);
	*at = m;
	x->messages++;
	for (uint16_t i = 0; i < m->rcpts_n; i++)
		x->states[m->rcpts[i].state]++;
}

void spool_index_remove(struct spool_index *x, struct spool_message *m)
{
	struct spool_message **at = &x->root;

	while (*at != m) {
		assert(*at);
		at = m->id < (*at)->id ? &(*at)->left : &(*at)->right;
	}
	*at = join(m->left, m->right);
	m->left = m->right = NULL;
	m->gone = true;
	x->messages--;
	for (uint16_t i = 0; i < m->rcpts_n; i++)
		x->states[m->rcpts[i].state]--;
}

struct spool_message *spool_index_get(const struct spool_index *x, uint64_t id)
{
	struct spool_message *m = x->root;

	while (m && m->id != id)
		m = id < m->id ? m->left : m->right;
	return m;
}

struct spool_message *spool_index_next(const struct spool_index *x, uint64_t after)
{
	struct spool_message *m = x->root, *best = NULL;

	while (m) {
		if (m->id > after) {
			best = m;
			m = m->left;
		} else {
			m = m->right;
		}
	}
	return best;
}

static bool terminal(uint8_t state)
{
	return state == SPOOL_DONE || state == SPOOL_FAILED;
}

static bool legal(uint8_t from, enum spool_state to)
{
	static const uint8_t table[SPOOL_STATES] = {
		[SPOOL_WAITING] = 1 << SPOOL_LEASED | 1 << SPOOL_WAITING | 1 << SPOOL_HELD |
				  1 << SPOOL_DONE,
		[SPOOL_LEASED] = 1 << SPOOL_WAITING | 1 << SPOOL_HELD | 1 << SPOOL_DONE |
				 1 << SPOOL_FAILED,
		[SPOOL_HELD] = 1 << SPOOL_WAITING | 1 << SPOOL_DONE,
	};

	return table[from] & 1u << to;
}

static void set_state(
	struct spool_index *x, struct spool_message *m, struct spool_rcpt *r, uint8_t to)
{
	m->open = (uint16_t)(m->open + terminal(r->state) - terminal(to));
	if (!m->gone) {
		x->states[r->state]--;
		x->states[to]++;
	}
	r->state = to;
}

void spool_index_move(
	struct spool_index *x, struct spool_message *m, uint16_t rcpt, enum spool_state to)
{
	assert(rcpt < m->rcpts_n && legal(m->rcpts[rcpt].state, to));
	set_state(x, m, &m->rcpts[rcpt], (uint8_t)to);
}

void spool_index_restore(
	struct spool_index *x, struct spool_message *m, const struct spool_state_entry *e)
{
	struct spool_rcpt *r = &m->rcpts[e->rcpt];

	set_state(x, m, r, e->state);
	r->held = e->held;
	r->attempts = e->attempts;
	r->warned = e->warned;
	r->due = e->due;
}

struct spool_state_entry spool_index_entry(const struct spool_message *m, uint16_t rcpt)
{
	const struct spool_rcpt *r = &m->rcpts[rcpt];
	struct spool_state_entry e = {
		.rcpt = rcpt,
		.state = r->state,
		.held = r->held,
		.attempts = r->attempts,
		.warned = r->warned,
		.due = r->due,
	};

	if (r->state == SPOOL_LEASED)
		spool_index_wish(r->wish, &e);
	return e;
}

void spool_index_wish(enum spool_wish wish, struct spool_state_entry *e)
{
	e->state = SPOOL_WAITING;
	if (wish == SPOOL_WISH_REMOVE)
		e->state = SPOOL_DONE;
	if (wish == SPOOL_WISH_HOLD || wish == SPOOL_WISH_CORRUPT) {
		e->state = SPOOL_HELD;
		e->held = wish == SPOOL_WISH_HOLD ? SPOOL_HELD_BY_HAND : SPOOL_HELD_CORRUPT;
	}
}
