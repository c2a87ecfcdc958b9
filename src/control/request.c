/* Unknown members are refused: a filter that an older program does not know must not make it act on
 * more messages than were meant. */
#include "control/request.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "control/json.h"
#include "spool/spool.h"

#define OLDER_MAX (3650 * (USEC_PER_DAY / USEC_PER_SEC)) /* seconds */

static const char *const verbs[CONTROL_VERBS] = {
	[CONTROL_SUMMARY] = "summary",
	[CONTROL_LIST] = "list",
	[CONTROL_SHOW] = "show",
	[CONTROL_CAT] = "cat",
	[CONTROL_HOLD] = "hold",
	[CONTROL_RELEASE] = "release",
	[CONTROL_RETRY] = "retry",
	[CONTROL_REMOVE] = "remove",
	[CONTROL_STATUS] = "status",
	[CONTROL_METRICS] = "metrics",
};

static const struct {
	const char *name;
	enum spool_state state;
} states[] = {
	{ "waiting", SPOOL_WAITING },
	{ "active", SPOOL_LEASED },
	{ "held", SPOOL_HELD },
};

const char *control_verb_name(enum control_verb verb)
{
	return verbs[verb];
}

bool control_verb_acts(enum control_verb verb)
{
	return verb == CONTROL_HOLD || verb == CONTROL_RELEASE || verb == CONTROL_RETRY ||
	       verb == CONTROL_REMOVE;
}

bool control_state_parse(struct slice word, unsigned *ret_states)
{
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if (!slice_eq(word, slice_str(states[i].name)))
			continue;
		*ret_states |= 1u << states[i].state;
		return true;
	}
	return false;
}

/* ---- formatting ---- */

static void put_text(json_t *object, const char *key, struct slice text)
{
	if (text.n)
		(void)json_object_set_new(object, key, control_json_text(text));
}

static void put_int(json_t *object, const char *key, int64_t n)
{
	if (n)
		(void)json_object_set_new(object, key, json_integer(n));
}

static json_t *ids_json(const struct control_request *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->ids_n; i++) {
		char id[TEXT_ID_CHARS];

		text_id(r->ids[i], id);
		(void)json_array_append_new(list, json_stringn(id, sizeof(id)));
	}
	return list;
}

static json_t *states_json(unsigned set)
{
	json_t *list = json_array();

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (set & 1u << states[i].state)
			(void)json_array_append_new(list, json_string(states[i].name));
	return list;
}

void control_request_format(struct buf *b, const struct control_request *r)
{
	json_t *object = json_object();

	put_text(object, "do", slice_str(verbs[r->verb]));
	if (r->ids_n)
		(void)json_object_set_new(object, "ids", ids_json(r));
	if (r->all)
		(void)json_object_set_new(object, "all", json_true());
	put_text(object, "from", r->from);
	put_text(object, "to", r->to);
	put_text(object, "login", r->login);
	put_text(object, "error", r->error);
	put_int(object, "older", r->older / USEC_PER_SEC);
	if (r->states)
		(void)json_object_set_new(object, "states", states_json(r->states));
	put_int(object, "limit", (int64_t)r->limit);
	control_json_put(b, object);
	json_decref(object);
}

/* ---- parsing ---- */

/* Each reads one member's value; false when it is not what was expected. */
typedef bool member_fn(const json_t *value, struct arena *arena, struct control_request *ret);

static bool read_text(const json_t *value, struct arena *arena, struct slice *ret)
{
	if (!json_is_string(value) || json_string_length(value) == 0)
		return false;
	*ret = arena_dup(arena, slice_of(json_string_value(value), json_string_length(value)));
	return true;
}

static bool read_verb(const json_t *value, struct arena *arena, struct control_request *ret)
{
	(void)arena;
	for (unsigned i = 0; i < CONTROL_VERBS && json_is_string(value); i++) {
		if (strcmp(json_string_value(value), verbs[i]) != 0)
			continue;
		ret->verb = (enum control_verb)i;
		return true;
	}
	return false;
}

static int compare_ids(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static bool read_ids(const json_t *value, struct arena *arena, struct control_request *ret)
{
	size_t n = json_array_size(value), kept = 0;
	uint64_t *ids;

	if (n == 0 || n > CONTROL_IDS_MAX)
		return false;
	ids = arena_array(arena, uint64_t, n);
	for (size_t i = 0; i < n; i++) {
		const json_t *id = json_array_get(value, i);

		if (!json_is_string(id) ||
			!text_id_parse(
				slice_of(json_string_value(id), json_string_length(id)), &ids[i]))
			return false;
	}
	qsort(ids, n, sizeof(*ids), compare_ids);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || ids[i] != ids[i - 1])
			ids[kept++] = ids[i];
	ret->ids = ids;
	ret->ids_n = kept;
	return true;
}

static bool read_all(const json_t *value, struct arena *arena, struct control_request *ret)
{
	(void)arena;
	ret->all = json_is_true(value);
	return json_is_boolean(value);
}

static bool read_from(const json_t *value, struct arena *arena, struct control_request *ret)
{
	return read_text(value, arena, &ret->from);
}

static bool read_to(const json_t *value, struct arena *arena, struct control_request *ret)
{
	return read_text(value, arena, &ret->to);
}

static bool read_login(const json_t *value, struct arena *arena, struct control_request *ret)
{
	return read_text(value, arena, &ret->login);
}

static bool read_error(const json_t *value, struct arena *arena, struct control_request *ret)
{
	return read_text(value, arena, &ret->error);
}

static bool read_older(const json_t *value, struct arena *arena, struct control_request *ret)
{
	json_int_t seconds = json_integer_value(value);

	(void)arena;
	if (!json_is_integer(value) || seconds < 0 || seconds > OLDER_MAX)
		return false;
	ret->older = seconds * USEC_PER_SEC;
	return true;
}

static bool read_states(const json_t *value, struct arena *arena, struct control_request *ret)
{
	(void)arena;
	for (size_t i = 0; i < json_array_size(value); i++) {
		const json_t *word = json_array_get(value, i);

		if (!json_is_string(word) ||
			!control_state_parse(slice_str(json_string_value(word)), &ret->states))
			return false;
	}
	return ret->states != 0;
}

static bool read_limit(const json_t *value, struct arena *arena, struct control_request *ret)
{
	(void)arena;
	ret->limit = (uint64_t)json_integer_value(value);
	return json_is_integer(value) && json_integer_value(value) > 0;
}

static const struct {
	const char *name;
	member_fn *read;
	const char *why;
} members[] = {
	{ "do", read_verb, "'do' is none of the commands" },
	{ "ids", read_ids, "'ids' is no list of 1 to 1000 queue ids" },
	{ "all", read_all, "'all' is neither true nor false" },
	{ "from", read_from, "'from' is no pattern" },
	{ "to", read_to, "'to' is no pattern" },
	{ "login", read_login, "'login' is no pattern" },
	{ "error", read_error, "'error' is no text" },
	{ "older", read_older, "'older' is no number of seconds below ten years" },
	{ "states", read_states, "'states' is no list of waiting, active, held" },
	{ "limit", read_limit, "'limit' is no number above 0" },
};

static const char *read_member(
	const char *name, const json_t *value, struct arena *arena, struct control_request *ret)
{
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (strcmp(name, members[i].name) == 0)
			return members[i].read(value, arena, ret) ? NULL : members[i].why;
	return "a member of the request is unknown";
}

static const char *read_members(json_t *object, struct arena *arena, struct control_request *ret)
{
	const char *name, *why = NULL;
	json_t *value;

	json_object_foreach(object, name, value)
	{
		why = read_member(name, value, arena, ret);
		if (why)
			return why;
	}
	return json_object_get(object, "do") ? NULL : "'do' is missing";
}

static const char *check(const struct control_request *r)
{
	bool filtered = r->from.n || r->to.n || r->login.n || r->error.n || r->older || r->states;

	if ((r->verb == CONTROL_SHOW || r->verb == CONTROL_CAT) && r->ids_n == 0)
		return "'ids' is missing";
	if (control_verb_acts(r->verb) && r->ids_n == 0 && !filtered && !r->all)
		return "neither ids nor a filter were given; say 'all' if all messages are meant";
	return NULL;
}

int control_request_parse(
	struct slice line, struct arena *arena, struct control_request *ret, const char **ret_why)
{
	struct control_request r = { 0 };
	json_t *object = line.n <= CONTROL_REQUEST_MAX ? control_json_parse(line) : NULL;
	const char *why = object ? read_members(object, arena, &r)
				 : "the request is no JSON object";

	json_decref(object);
	if (why == NULL)
		why = check(&r);
	if (why) {
		*ret_why = why;
		return ERR_INVALID;
	}
	*ret = r;
	return 0;
}
