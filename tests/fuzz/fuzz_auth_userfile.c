/* Rewriting a file of users, which a person may have edited: the first byte chooses what is done,
 * the first line behind it names the user, the rest is the file. What was a file of users stays one,
 * with the same others in it, and the user is as was asked. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "auth/userfile.h"
#include "auth/users.h"
#include "base/buf.h"
#include "base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct auth_users *parse(struct slice text)
{
	struct auth_users *u = NULL;
	struct buf why;

	buf_init(&why, 1000);
	(void)auth_users_parse(text, "users", &why, &u);
	buf_done(&why);
	return u;
}

static void check(
	struct slice before, struct slice after, enum auth_userfile_edit edit, struct slice name)
{
	struct auth_users *old = parse(before), *new = parse(after);

	if (old) {
		assert(new);
		const struct auth_user *user = auth_users_find(new, name);
		size_t was = auth_users_find(old, name) != NULL, is = user != NULL;

		assert(auth_users_count(old) - was == auth_users_count(new) - is);
		assert(is == (edit != AUTH_USERFILE_REMOVE));
		assert(!is || user->disabled == (edit == AUTH_USERFILE_DISABLE));
	}
	auth_users_unref(old);
	auth_users_unref(new);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct auth_scram secret = { .rounds = 4096, .salt_n = 8 };
	struct slice text = slice_skip(slice_of(data, size), 1);
	enum auth_userfile_edit edit = size ? data[0] % 4 : 0;
	bool sets = edit == AUTH_USERFILE_SET;
	struct slice name = slice_split(&text, '\n');
	struct slice senders = sets && size && data[0] & 4 ? S("*@a.test") : SLICE_NIL;
	struct buf why, out;

	buf_init(&why, 1000);
	buf_init(&out, 1 << 20);
	int r = auth_userfile_rewrite(text, edit, name, sets ? &secret : NULL, senders, &why, &out);

	assert(r == 0 || r == ERR_NOTFOUND || (r == ERR_INVALID && why.n > 0));
	if (r == 0)
		check(text, buf_slice(&out), edit, name);
	buf_done(&why);
	buf_done(&out);
	return 0;
}
