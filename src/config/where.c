/* A node does not know its parent, since only people ask for the way to it, and rarely: the tree is
 * searched for it. */
#include "config/where.h"

#include <stdbool.h>

#include "base/buf.h"
#include "config/config.h"
#include "config/yaml.h"

/* The nodes from a member of the root to the one that is looked for. */
struct way {
	const struct config_node *at[CONFIG_DEPTH_MAX + 1];
	size_t index[CONFIG_DEPTH_MAX + 1]; /* among its siblings */
	size_t n;
};

static void enter(struct way *w, const struct config_node *first)
{
	w->at[w->n] = first;
	w->index[w->n] = 0;
	w->n++;
}

/* To the next node behind a subtree. False: there is none. */
static bool move_on(struct way *w)
{
	while (w->n) {
		const struct config_node **at = &w->at[w->n - 1];

		w->index[w->n - 1]++;
		if ((*at = (*at)->next))
			return true;
		w->n--;
	}
	return false;
}

/* A short form (`10.1.0.0/24` for `{ from: 10.1.0.0/24 }`) is a copy with the place of what was
 * written. */
static bool is_same(const struct config_node *a, const struct config_node *b)
{
	return a == b || (a->line == b->line && a->column == b->column && a->key.p == b->key.p);
}

static bool find(const struct config_node *root, const struct config_node *wanted, struct way *w)
{
	w->n = 0;
	if (root == NULL || root->first == NULL || wanted == NULL)
		return false;
	enter(w, root->first);
	while (!is_same(w->at[w->n - 1], wanted)) {
		const struct config_node *node = w->at[w->n - 1];

		if (node->kind != CONFIG_SCALAR && node->first && w->n <= CONFIG_DEPTH_MAX)
			enter(w, node->first);
		else if (!move_on(w))
			return false;
	}
	return true;
}

unsigned config_where_line(const struct config_node *at, const char *key)
{
	const struct config_node *member = at && key && at->kind == CONFIG_MAP
						   ? config_node_get(at, key)
						   : NULL;

	if (member)
		return member->key_line;
	return at == NULL ? 0 : at->key_line ? at->key_line : at->line;
}

void config_where_path(
	const struct config *c, const struct config_node *at, const char *key, struct buf *ret)
{
	const char *dot = "";
	struct way w;

	if (find(c->at, at, &w))
		for (size_t i = 0; i < w.n; i++) {
			if (w.at[i]->key.n)
				buf_printf(ret, "%s%.*s", dot, SLICE_ARG(w.at[i]->key));
			else
				buf_printf(ret, "[%zu]", w.index[i]);
			dot = ".";
		}
	if (key)
		buf_printf(ret, "%s%s", dot, key);
}
