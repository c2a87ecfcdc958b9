/* Loading: the tree is walked with the table in hand, each option read by its type, what the file
 * does not say filled in from the table's defaults; then the rules. The walk descends with the
 * table (four sections deep at most), not with the file, so no input makes it recurse.
 *
 * References are counted atomically, because attempts on offload threads hold some. */
#include "config/config.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "config/loading.h"

static void load_section(struct config_loading *l, const struct config_section *s,
	const struct config_node *n, char *ret);

/* Where a key stands, for problems with the key rather than with its value. */
static void key_error(
	struct config_loading *l, const struct config_section *s, const struct config_node *n)
{
	const struct config_option *o = config_option_find(s, n->key);
	const char *nearest = config_option_nearest(s, n->key);
	const char *where = s->path[0] ? s->path : "the file";

	if (o)
		config_report_error_at(l->report, n->key_line, n->key_column,
			"'%s' is not built yet: %s; leave it out", o->key, o->summary);
	else if (nearest)
		config_report_error_at(l->report, n->key_line, n->key_column,
			"'%.*s' is unknown; an option of %s was expected; did you mean '%s'?",
			SLICE_ARG(slice_take(n->key, 60)), where, nearest);
	else
		config_report_error_at(l->report, n->key_line, n->key_column,
			"'%.*s' is unknown; an option of %s was expected",
			SLICE_ARG(slice_take(n->key, 60)), where);
}

/* An item that is the value of one option alone stands for a map with only that option. */
static const struct config_node *as_map(
	struct config_loading *l, const struct config_section *s, const struct config_node *n)
{
	if (n->kind != CONFIG_SCALAR || s->scalar_key == NULL)
		return n;
	struct config_node *map = arena_new(&l->store->arena, struct config_node);
	struct config_node *value = arena_new(&l->store->arena, struct config_node);

	*map = *n;
	*value = *n;
	value->key = slice_str(s->scalar_key);
	value->key_line = n->line;
	value->key_column = n->column;
	value->next = NULL;
	map->kind = CONFIG_MAP;
	map->first = value;
	map->count = 1;
	map->next = NULL;
	return map;
}

/* NOLINTBEGIN(misc-no-recursion): as deep as the table of options nests, whatever the input */
static void load_sections(struct config_loading *l, const struct config_option *o,
	const struct config_node *n, char *ret)
{
	const struct config_section *s = o->section;
	bool map = o->type == CONFIG_TYPE_SECTION_MAP;
	bool single = !map && n->kind == CONFIG_SCALAR && s->scalar_key && n->text.n;

	if (!single && n->kind != (map ? CONFIG_MAP : CONFIG_LIST)) {
		config_report_error(l->report, n, "'%s': %s stands here; %s was expected", o->key,
			config_node_kind_name(n), map ? "a map of names" : "a list");
		return;
	}
	size_t count = single ? 1 : n->count, i = 0;
	char *v = arena_zalloc(&l->store->arena, s->size * (count + 1));

	for (const struct config_node *it = single ? n : n->first; it;
		it = single ? NULL : it->next) {
		char *item = v + s->size * i++;

		load_section(l, s, as_map(l, s, it), item);
		if (map)
			memcpy(item + s->name_offset, &it->key, sizeof(it->key));
	}
	struct config_texts list = { (const void *)v, count };

	memcpy(ret + o->offset, &list, sizeof(list));
}

static void load_option(struct config_loading *l, const struct config_section *s,
	const struct config_node *n, char *ret)
{
	const struct config_option *o = config_option_find(s, n->key);

	if (o == NULL || o->type == CONFIG_TYPE_NOT_BUILT)
		key_error(l, s, n);
	else if (o->type == CONFIG_TYPE_SECTION)
		load_section(l, o->section, n, ret + o->offset);
	else if (o->type == CONFIG_TYPE_SECTION_LIST || o->type == CONFIG_TYPE_SECTION_MAP)
		load_sections(l, o, n, ret);
	else
		config_value_read(l, o, n, ret + o->offset);
}

/* Slices of a configuration always point at something terminated. */
static void load_nothing(const struct config_option *o, char *ret)
{
	static const bool is_text[CONFIG_TYPE_NOT_BUILT + 1] = {
		[CONFIG_TYPE_TEXT] = true,
		[CONFIG_TYPE_NAME] = true,
		[CONFIG_TYPE_MAILBOX] = true,
		[CONFIG_TYPE_PATH] = true,
		[CONFIG_TYPE_VIA] = true,
	};
	struct config_file none = { S(""), S("") };

	if (is_text[o->type])
		memcpy(ret, &none.path, sizeof(none.path));
	else if (o->type == CONFIG_TYPE_FILE || o->type == CONFIG_TYPE_SECRET)
		memcpy(ret, &none, sizeof(none));
}

static void load_default(struct config_loading *l, const struct config_option *o, char *ret)
{
	struct config_node *n;

	if (o->type == CONFIG_TYPE_SECTION)
		load_section(l, o->section, NULL, ret);
	else if (o->def == NULL)
		load_nothing(o, ret);
	else if (config_yaml_parse(slice_str(o->def), &l->store->arena, l->report, &n) == 0)
		config_value_read(l, o, n, ret);
}

static void load_section(struct config_loading *l, const struct config_section *s,
	const struct config_node *n, char *ret)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->options[i].type != CONFIG_TYPE_NOT_BUILT)
			load_default(l, &s->options[i], ret + s->options[i].offset);
	memcpy(ret, &n, sizeof(n)); /* `at`, the first member of every section */
	if (n == NULL)
		return;
	if (n->kind != CONFIG_MAP) {
		config_report_error(l->report, n,
			"%s stands here; a map of the options of %s was expected",
			config_node_kind_name(n), s->path[0] ? s->path : "the file");
		return;
	}
	for (const struct config_node *it = n->first; it; it = it->next)
		load_option(l, s, it, ret);
	for (size_t i = 0; i < s->n; i++)
		if (s->options[i].required && !config_node_get(n, s->options[i].key))
			config_report_error(l->report, n, "'%s' is missing; %s needs it: %s",
				s->options[i].key, s->path, s->options[i].summary);
}
/* NOLINTEND(misc-no-recursion) */

void config_default_listener(struct config_loading *l, struct config_listener *ret)
{
	const struct config_option *o = config_option_find(&config_section_root, S("listeners"));

	load_section(l, o->section, NULL, (char *)ret);
}

static void free_store(struct config_store *s)
{
	for (struct config_secret *it = s->secrets; it; it = it->next)
		mem_wipe((void *)(uintptr_t)it->content.p, it->content.n);
	if (s->known) {
		for (size_t i = 0; i < s->config.domains.n; i++)
			map_done(&s->known[i]);
		free(s->known);
	}
	map_done(&s->domains);
	map_done(&s->hops);
	arena_reset(&s->arena);
	free(s);
}

static struct config_store *new_store(void)
{
	struct config_store *s = mem_zalloc(sizeof(*s));

	s->config.store = s;
	atomic_init(&s->refs, 1);
	/* Keys come from the administrator, so a fixed hash key will do. */
	map_init(&s->domains, (struct hash_key){ 0, 0 }, true);
	map_init(&s->hops, (struct hash_key){ 0, 0 }, false);
	return s;
}

int config_load(const struct config_input *in, struct config_report *report,
	const struct config **ret_config)
{
	struct config_store *s = new_store();
	struct config_loading l = { in, report, s };
	struct config_node *root;

	if (config_yaml_parse(in->text, &s->arena, report, &root) == 0) {
		load_section(&l, &config_section_root, root, (char *)&s->config);
		/* Rules about values that are wrong anyway would only confuse. */
		if (report->errors == 0)
			config_imply(&l);
		if (report->errors == 0)
			config_rules_check(&l);
	}
	if (report->errors) {
		free_store(s);
		return ERR_INVALID;
	}
	*ret_config = &s->config;
	return 0;
}

const struct config *config_ref(const struct config *c)
{
	atomic_fetch_add_explicit(&c->store->refs, 1, memory_order_relaxed);
	return c;
}

void config_unref(const struct config *c)
{
	if (c && atomic_fetch_sub_explicit(&c->store->refs, 1, memory_order_acq_rel) == 1)
		free_store(c->store);
}

const struct config_domain *config_domain_find(const struct config *c, struct slice name)
{
	return map_get(&c->store->domains, name);
}

const struct config_hops *config_hops_find(const struct config *c, struct slice name)
{
	return map_get(&c->store->hops, name);
}

const struct config_listener *config_listener_find(const struct config *c, struct slice name)
{
	for (size_t i = 0; i < c->listeners.n; i++)
		if (slice_eq(c->listeners.v[i].name, name))
			return &c->listeners.v[i];
	return NULL;
}

bool config_is_our_name(const struct config *c, struct slice name)
{
	if (slice_eq_nocase(c->hostname, name))
		return true;
	for (size_t i = 0; i < c->our_names.n; i++)
		if (slice_eq_nocase(c->our_names.v[i], name))
			return true;
	return false;
}

bool config_front_has(const struct config_front *f, const struct ip *ip)
{
	for (size_t i = 0; i < f->from.n; i++)
		if (ip_in_net(ip, &f->from.v[i]))
			return true;
	return false;
}

bool config_is_our_address(const struct config *c, const struct ip *ip)
{
	for (size_t i = 0; i < c->our_addresses.n; i++)
		if (ip_eq(&c->our_addresses.v[i], ip))
			return true;
	for (size_t i = 0; i < c->listeners.n; i++)
		for (size_t k = 0; k < c->listeners.v[i].address.n; k++) {
			const struct ip_port *a = &c->listeners.v[i].address.v[k];

			/* MX hosts are asked on port 25; a listener elsewhere is no loop. */
			if (a->port == 25 && ip_eq(&a->ip, ip))
				return true;
		}
	return false;
}

bool config_domain_knows(const struct config *c, const struct config_domain *d, struct slice local)
{
	for (size_t i = 0; i < d->recipients.n; i++)
		if (d->recipients.v[i].is == CONFIG_RECIPIENTS_ANY ||
			d->recipients.v[i].is == CONFIG_RECIPIENTS_BACKEND)
			return true;
	return map_get(&c->store->known[d - c->domains.v], local) != NULL;
}

unsigned config_line(const struct config_node *at)
{
	return at ? at->line : 0;
}
