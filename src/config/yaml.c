/* A tree from libyaml's events. The event parser is used, not its document loader, because only
 * events tell where each key stands, and because anchors can be refused before anything is
 * expanded. The stack of open collections is an array of fixed depth: no input makes this
 * recurse. */
#include "config/yaml.h"

#include <yaml.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"
#include "base/text.h"
#include "config/config.h"
#include "config/report.h"

/* An open map or list. */
struct level {
	struct config_node *node;
	struct config_node **tail; /* where the next member is linked */
	struct config_node *key; /* in a map: the member whose value is awaited */
	struct map seen; /* keys of a map so far */
};

struct tree {
	struct arena *arena;
	struct config_report *report;
	struct config_node *root;
	struct level stack[CONFIG_DEPTH_MAX];
	size_t depth;
	bool stop; /* nothing after this can be understood */
};

static void fail(struct tree *t, const yaml_mark_t *mark, const char *what)
{
	config_report_error_at(
		t->report, (unsigned)mark->line + 1, (unsigned)mark->column + 1, "%s", what);
}

static struct config_node *new_node(
	struct tree *t, enum config_node_kind kind, const yaml_mark_t *mark)
{
	struct config_node *n = arena_new(t->arena, struct config_node);

	n->kind = kind;
	n->line = (unsigned)mark->line + 1;
	n->column = (unsigned)mark->column + 1;
	n->key = n->text = S("");
	return n;
}

/* A value has been read: it becomes the root, the value of the awaited key, or the next item. */
static void attach(struct tree *t, struct config_node *n)
{
	if (t->depth == 0) {
		t->root = n;
		return;
	}
	struct level *l = &t->stack[t->depth - 1];

	if (l->key) {
		n->key = l->key->text;
		n->key_line = l->key->line;
		n->key_column = l->key->column;
		l->key = NULL;
	}
	*l->tail = n;
	l->tail = &n->next;
	l->node->count++;
}

static bool awaits_key(const struct tree *t)
{
	return t->depth > 0 && t->stack[t->depth - 1].node->kind == CONFIG_MAP &&
	       t->stack[t->depth - 1].key == NULL;
}

static void add_key(struct tree *t, struct config_node *key)
{
	struct level *l = &t->stack[t->depth - 1];
	const struct config_node *former = map_get(&l->seen, key->text);

	if (former)
		config_report_error_at(t->report, key->line, key->column,
			"the key '%.*s' stands here a second time; the first is in line %u",
			SLICE_ARG(slice_take(key->text, 60)), former->line);
	else
		map_set(&l->seen, key->text, key);
	l->key = key;
}

static bool has_control(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
			return true;
	return false;
}

static void on_scalar(struct tree *t, const yaml_event_t *e)
{
	struct config_node *n = new_node(t, CONFIG_SCALAR, &e->start_mark);
	struct slice text = slice_of(e->data.scalar.value, e->data.scalar.length);

	if (e->data.scalar.anchor)
		fail(t, &e->start_mark, "anchors are not taken; write the value where it is used");
	if (e->data.scalar.tag)
		fail(t, &e->start_mark, "tags are not taken; the option itself decides the type");
	if (has_control(text) || !text_is_utf8(text))
		fail(t, &e->start_mark,
			"a control character stands in this text; plain text in one line was "
			"expected");
	else
		n->text = arena_dup(t->arena, text);
	if (awaits_key(t))
		add_key(t, n);
	else
		attach(t, n);
}

static void on_open(struct tree *t, const yaml_event_t *e, enum config_node_kind kind)
{
	bool map = kind == CONFIG_MAP;
	const yaml_char_t *anchor = map ? e->data.mapping_start.anchor
					: e->data.sequence_start.anchor;
	const yaml_char_t *tag = map ? e->data.mapping_start.tag : e->data.sequence_start.tag;
	struct config_node *n = new_node(t, kind, &e->start_mark);

	if (anchor)
		fail(t, &e->start_mark, "anchors are not taken; write the value where it is used");
	if (tag)
		fail(t, &e->start_mark, "tags are not taken; the option itself decides the type");
	if (awaits_key(t)) {
		fail(t, &e->start_mark, "a map or list cannot be a key; a name was expected");
		t->stop = true;
		return;
	}
	if (t->depth == CONFIG_DEPTH_MAX) {
		fail(t, &e->start_mark, "maps and lists are nested over 16 deep");
		t->stop = true;
		return;
	}
	attach(t, n);
	t->stack[t->depth] = (struct level){ .node = n, .tail = &n->first };
	map_init(&t->stack[t->depth].seen, (struct hash_key){ 0, 0 }, false);
	t->depth++;
}

static void on_close(struct tree *t)
{
	t->depth--;
	map_done(&t->stack[t->depth].seen);
}

static void on_event(struct tree *t, const yaml_event_t *e)
{
	switch (e->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (t->root) {
			fail(t, &e->start_mark, "a second document begins here; one was expected");
			t->stop = true;
		}
		break;
	case YAML_ALIAS_EVENT:
		fail(t, &e->start_mark, "aliases are not taken; write the value where it is used");
		t->stop = true;
		break;
	case YAML_SCALAR_EVENT:
		on_scalar(t, e);
		break;
	case YAML_MAPPING_START_EVENT:
		on_open(t, e, CONFIG_MAP);
		break;
	case YAML_SEQUENCE_START_EVENT:
		on_open(t, e, CONFIG_LIST);
		break;
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		on_close(t);
		break;
	case YAML_STREAM_END_EVENT:
		t->stop = true;
		break;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		break;
	}
}

static void syntax_error(struct tree *t, const yaml_parser_t *p)
{
	const char *what = p->problem ? p->problem : "not YAML";
	const char *tab = strstr(what, "start any token")
				  ? "; indent with spaces, quote values that "
				    "begin with @, % or `"
				  : "";

	if (p->error == YAML_READER_ERROR)
		config_report_error_at(t->report, 0, 0, "byte %zu: %s; UTF-8 text was expected",
			p->problem_offset, what);
	else if (p->context)
		config_report_error_at(t->report, (unsigned)p->problem_mark.line + 1,
			(unsigned)p->problem_mark.column + 1, "YAML: %s %s (line %zu)%s", what,
			p->context, p->context_mark.line + 1, tab);
	else
		config_report_error_at(t->report, (unsigned)p->problem_mark.line + 1,
			(unsigned)p->problem_mark.column + 1, "YAML: %s%s", what, tab);
	t->stop = true;
}

static void read_events(struct tree *t, struct slice text)
{
	yaml_parser_t parser;

	if (!yaml_parser_initialize(&parser)) {
		config_report_error_at(t->report, 0, 0, "no memory to read the file");
		return;
	}
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text.p, text.n);
	while (!t->stop) {
		yaml_event_t event;

		if (!yaml_parser_parse(&parser, &event)) {
			syntax_error(t, &parser);
			break;
		}
		on_event(t, &event);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	while (t->depth > 0)
		on_close(t);
}

int config_yaml_parse(struct slice text, struct arena *arena, struct config_report *report,
	struct config_node **ret_root)
{
	struct tree t = { .arena = arena, .report = report };
	size_t before = report->errors;

	if (text.n > CONFIG_TEXT_MAX) {
		config_report_error_at(report, 0, 0, "the file is over 1 MiB");
		return ERR_INVALID;
	}
	if (text.n)
		read_events(&t, text);
	if (report->errors > before)
		return ERR_INVALID;
	if (t.root == NULL)
		t.root = new_node(&t, CONFIG_MAP, &(yaml_mark_t){ 0, 0, 0 });
	*ret_root = t.root;
	return 0;
}

const struct config_node *config_node_get(const struct config_node *map, const char *key)
{
	if (map == NULL || map->kind != CONFIG_MAP)
		return NULL;
	for (const struct config_node *n = map->first; n; n = n->next)
		if (slice_eq(n->key, slice_str(key)))
			return n;
	return NULL;
}

const char *config_node_kind_name(const struct config_node *n)
{
	return n->kind == CONFIG_MAP	? "a map"
	       : n->kind == CONFIG_LIST ? "a list"
					: "a single value";
}
