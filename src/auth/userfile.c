/* Line by line, so that whatever a person wrote into the file besides the edited user survives. */
#include "auth/userfile.h"

#include <stdbool.h>

#include "auth/mech.h"
#include "auth/secret.h"
#include "auth/users.h"
#include "base/buf.h"
#include "base/err.h"

static bool is_field(struct slice s, bool colon_ok)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 127 || (s.p[i] == ':' && !colon_ok))
			return false;
	return true;
}

/* SASLprep (RFC 4013) takes it: the file would not be read otherwise. */
static bool is_preparable(struct slice name)
{
	struct buf prepared;

	buf_init(&prepared, AUTH_NAME_MAX);
	bool fine = auth_secret_prepare(name, &prepared) == 0;

	buf_done(&prepared);
	return fine;
}

static int check(struct slice name, struct slice senders, struct buf *why)
{
	if (name.n == 0 || name.n > AUTH_NAME_MAX || !is_field(name, false) ||
		slice_find(name, ' ') < name.n || name.p[0] == '#') {
		buf_puts(why,
			"a user's name has 1 to 320 bytes, no spaces or colons, no leading '#'");
		return ERR_INVALID;
	}
	if (!is_preparable(name)) {
		buf_puts(why, "the name holds characters that SASLprep (RFC 4013) forbids");
		return ERR_INVALID;
	}
	if (senders.n > AUTH_USERS_LINE_MAX / 2 || !is_field(senders, true)) {
		buf_puts(why, "senders are patterns separated by commas, at most 4096 bytes");
		return ERR_INVALID;
	}
	return 0;
}

/* The same comparison as of a log-in: case ignored, after SASLprep. */
static bool same_name(struct slice a, struct slice b)
{
	struct buf pa, pb;
	bool same;

	buf_init(&pa, AUTH_NAME_MAX);
	buf_init(&pb, AUTH_NAME_MAX);
	same = auth_secret_prepare(a, &pa) == 0 && auth_secret_prepare(b, &pb) == 0 &&
	       slice_eq_nocase(buf_slice(&pa), buf_slice(&pb));
	buf_done(&pa);
	buf_done(&pb);
	return same;
}

static void put_user(
	struct buf *ret, struct slice name, const struct auth_scram *secret, struct slice senders)
{
	buf_put(ret, name);
	buf_putc(ret, ':');
	auth_secret_format_scram(ret, secret);
	if (senders.n > 0) {
		buf_putc(ret, ':');
		buf_put(ret, senders);
	}
	buf_putc(ret, '\n');
}

/* line is the user's own, trimmed. */
static void put_edited(struct buf *ret, enum auth_userfile_edit edit, struct slice line,
	const struct auth_scram *secret, struct slice senders)
{
	struct slice rest = line;
	struct slice name = slice_split(&rest, ':');

	switch (edit) {
	case AUTH_USERFILE_SET:
		slice_split(&rest, ':');
		put_user(ret, name, secret, senders.n > 0 ? senders : rest);
		break;
	case AUTH_USERFILE_REMOVE:
		break;
	case AUTH_USERFILE_DISABLE:
	case AUTH_USERFILE_ENABLE:
		while (slice_starts(rest, S("!")))
			rest = slice_skip(rest, 1);
		buf_put(ret, name);
		buf_puts(ret, edit == AUTH_USERFILE_DISABLE ? ":!" : ":");
		buf_put(ret, rest);
		buf_putc(ret, '\n');
		break;
	}
}

int auth_userfile_rewrite(struct slice text, enum auth_userfile_edit edit, struct slice name,
	const struct auth_scram *secret, struct slice senders, struct buf *why, struct buf *ret)
{
	bool found = false;
	int r = check(name, senders, why);

	if (r < 0)
		return r;
	while (text.n > 0) {
		struct slice whole = slice_split(&text, '\n');
		struct slice line = slice_trim(whole);
		struct slice rest = line;

		if (line.n > 0 && line.p[0] != '#' && same_name(slice_split(&rest, ':'), name)) {
			put_edited(ret, edit, line, secret, senders);
			found = true;
			continue;
		}
		buf_put(ret, whole);
		buf_putc(ret, '\n');
	}
	if (!found && edit != AUTH_USERFILE_SET) {
		buf_printf(why, "there is no user \"%.*s\"", SLICE_ARG(name));
		return ERR_NOTFOUND;
	}
	if (!found)
		put_user(ret, name, secret, senders);
	return ret->failed ? ERR_LIMIT : 0;
}
