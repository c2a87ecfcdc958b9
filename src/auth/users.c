/* The file is parsed once into an array and an index by name; a session then holds a reference, and
 * a reload simply makes another. The index ignores case by a key made of the file's own secrets:
 * nobody outside can choose collisions, and the code stays pure. */
#include "auth/users.h"

#include <stdlib.h>

#include "auth/mech.h"
#include "base/arena.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/map.h"
#include "base/mem.h"

struct auth_users {
	size_t references; /* the loop's thread only */
	struct auth_user *v;
	size_t n, cap;
	struct map by_name; /* index into v, plus one */
	struct arena arena; /* names, senders */
	size_t scram_n;
};

struct auth_users *auth_users_ref(struct auth_users *u)
{
	u->references++;
	return u;
}

void auth_users_unref(struct auth_users *u)
{
	if (!u || --u->references > 0)
		return;
	if (u->v)
		mem_wipe(u->v, u->cap * sizeof(*u->v));
	free(u->v);
	map_done(&u->by_name);
	arena_reset(&u->arena);
	free(u);
}

static int wrong(struct buf *why, const char *file, unsigned line, const char *text)
{
	buf_printf(why, "%s:%u: %s", file, line, text);
	return ERR_INVALID;
}

static bool is_name(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 127)
			return false;
	return s.n > 0 && s.n <= AUTH_NAME_MAX;
}

/* name ":" ["!"] SECRET [":" senders] */
static const char *parse_line(struct auth_users *u, struct slice line, struct auth_user *ret)
{
	const char *why = NULL;
	struct slice name = slice_split(&line, ':');
	struct slice secret = slice_split(&line, ':');
	struct buf prepared;

	if (!is_name(name))
		return "a user's name has 1 to 320 bytes and no spaces or colons";
	ret->disabled = slice_starts(secret, S("!"));
	if (auth_secret_parse(slice_skip(secret, ret->disabled), &ret->secret, &why) < 0)
		return why;
	buf_init(&prepared, AUTH_NAME_MAX);
	if (auth_secret_prepare(name, &prepared) < 0)
		why = "the name holds characters that SASLprep (RFC 4013) forbids";
	else
		ret->name = arena_dup(&u->arena, buf_slice(&prepared));
	buf_done(&prepared);
	ret->senders = arena_dup(&u->arena, slice_trim(line));
	return why;
}

static struct auth_user *next_slot(struct auth_users *u)
{
	if (u->n == u->cap) {
		/* Not resized in place: the old array holds secrets and must be wiped. */
		size_t cap = u->cap ? u->cap * 2 : 16;
		struct auth_user *v = mem_zalloc(cap * sizeof(*v));

		if (u->v) {
			memcpy(v, u->v, u->n * sizeof(*v));
			mem_wipe(u->v, u->cap * sizeof(*v));
		}
		free(u->v);
		u->v = v;
		u->cap = cap;
	}
	return &u->v[u->n];
}

static int parse_all(struct auth_users *u, struct slice text, const char *file, struct buf *why)
{
	unsigned line_no = 0;

	while (text.n > 0) {
		struct slice line = slice_split(&text, '\n');
		const char *reason;

		line_no++;
		if (line.n > AUTH_USERS_LINE_MAX)
			return wrong(why, file, line_no, "the line is longer than 8192 bytes");
		line = slice_trim(line);
		if (line.n == 0 || line.p[0] == '#')
			continue;

		struct auth_user *slot = next_slot(u);

		reason = parse_line(u, line, slot);
		if (!reason && map_get(&u->by_name, slot->name))
			reason = "this user has a line already";
		if (reason)
			return wrong(why, file, line_no, reason);
		u->n++;
		u->scram_n += slot->secret.kind == AUTH_SECRET_SCRAM;
		map_set(&u->by_name, slot->name, (void *)(uintptr_t)u->n);
	}
	return 0;
}

int auth_users_parse(struct slice text, const char *file, struct buf *why, struct auth_users **ret)
{
	const struct hash_key none = { 0, 0 };
	struct hash_key key = { hash_slice(&none, text), 0 };
	struct auth_users *u;
	int r;

	if (text.n > AUTH_USERS_FILE_MAX) {
		buf_printf(why, "%s: the file of users is longer than 64 MiB", file);
		return ERR_LIMIT;
	}
	key.b = hash_slice(&key, text);
	u = mem_zalloc(sizeof(*u));
	u->references = 1;
	map_init(&u->by_name, key, true);
	r = parse_all(u, text, file, why);
	if (r < 0) {
		auth_users_unref(u);
		return r;
	}
	*ret = u;
	return 0;
}

const struct auth_user *auth_users_find(const struct auth_users *u, struct slice name)
{
	struct buf prepared;
	size_t at = 0;

	buf_init(&prepared, AUTH_NAME_MAX);
	if (auth_secret_prepare(name, &prepared) == 0)
		at = (size_t)(uintptr_t)map_get(&u->by_name, buf_slice(&prepared));
	buf_done(&prepared);
	return at > 0 ? &u->v[at - 1] : NULL;
}

size_t auth_users_count(const struct auth_users *u)
{
	return u->n;
}

const struct auth_user *auth_users_at(const struct auth_users *u, size_t i)
{
	return &u->v[i];
}

bool auth_users_have_scram(const struct auth_users *u)
{
	return u->scram_n > 0;
}

static bool is_address(struct slice s)
{
	size_t at = slice_rfind(s, '@');

	return at > 0 && at + 1 < s.n;
}

bool auth_user_has_senders(const struct auth_user *user)
{
	return user->senders.n > 0 || is_address(user->name);
}

bool auth_user_may_send(const struct auth_user *user, struct slice address)
{
	struct slice rest = user->senders;

	if (!is_address(address))
		return false;
	if (rest.n == 0)
		return is_address(user->name) && slice_eq_nocase(user->name, address);
	while (rest.n > 0) {
		struct slice pattern = slice_trim(slice_split(&rest, ','));

		if (pattern.n > 0 && slice_glob(pattern, address))
			return true;
	}
	return false;
}
