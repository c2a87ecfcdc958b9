/* Edits of the file's text: what was there besides the user stays; the result parses. */
#include "auth/userfile.h"

#include <string.h>

#include "auth/users.h"
#include "base/buf.h"
#include "base/err.h"
#include "check_main.h"

#define OLD                                                                                        \
	"# mine\n"                                                                                 \
	"ann:$5$s$x:*@example.net\n"                                                               \
	"\n"                                                                                       \
	"bob:!$5$s$y"

#define KEYS                                                                                       \
	"{SCRAM-SHA-256}4096,c2FsdHNhbHQ=,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=,"           \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static const struct auth_scram secret = { .rounds = 4096, .salt_n = 8, .salt = "saltsalt" };

START_TEST(edits)
{
	static const struct {
		enum auth_userfile_edit edit;
		const char *name, *senders;
		int want;
		const char *text;
	} cases[] = {
		{ AUTH_USERFILE_SET, "carl", "", 0,
			"# mine\nann:$5$s$x:*@example.net\n\nbob:!$5$s$y\ncarl:" KEYS "\n" },
		{ AUTH_USERFILE_SET, "ANN", "", 0,
			"# mine\nann:" KEYS ":*@example.net\n\nbob:!$5$s$y\n" },
		{ AUTH_USERFILE_SET, "ann", "a@b", 0, "# mine\nann:" KEYS ":a@b\n\nbob:!$5$s$y\n" },
		{ AUTH_USERFILE_SET, "bob", "", 0,
			"# mine\nann:$5$s$x:*@example.net\n\nbob:" KEYS "\n" },
		{ AUTH_USERFILE_REMOVE, "ann", "", 0, "# mine\n\nbob:!$5$s$y\n" },
		{ AUTH_USERFILE_REMOVE, "carl", "", ERR_NOTFOUND, NULL },
		{ AUTH_USERFILE_DISABLE, "ann", "", 0,
			"# mine\nann:!$5$s$x:*@example.net\n\nbob:!$5$s$y\n" },
		{ AUTH_USERFILE_DISABLE, "bob", "", 0,
			"# mine\nann:$5$s$x:*@example.net\n\nbob:!$5$s$y\n" },
		{ AUTH_USERFILE_ENABLE, "bob", "", 0,
			"# mine\nann:$5$s$x:*@example.net\n\nbob:$5$s$y\n" },
		{ AUTH_USERFILE_ENABLE, "carl", "", ERR_NOTFOUND, NULL },
		{ AUTH_USERFILE_SET, "a:b", "", ERR_INVALID, NULL },
		{ AUTH_USERFILE_SET, "a b", "", ERR_INVALID, NULL },
		{ AUTH_USERFILE_SET, "#a", "", ERR_INVALID, NULL },
		{ AUTH_USERFILE_SET, "\xff", "", ERR_INVALID, NULL },
		{ AUTH_USERFILE_SET, "a\xef\xbf\xbe", "", ERR_INVALID, NULL }, /* no character */
		{ AUTH_USERFILE_SET, "", "", ERR_INVALID, NULL },
		{ AUTH_USERFILE_SET, "a", "x\ny", ERR_INVALID, NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct auth_users *u = NULL;
		struct buf why, text;
		int r;

		buf_init(&why, 500);
		buf_init(&text, 5000);
		r = auth_userfile_rewrite(S(OLD), cases[i].edit, slice_str(cases[i].name), &secret,
			slice_str(cases[i].senders), &why, &text);
		ck_assert_msg(r == cases[i].want, "%zu: %d", i, r);
		ck_assert_msg((why.n > 0) == (r < 0), "%zu", i);
		if (r == 0) {
			ck_assert_msg(slice_eq(buf_slice(&text), slice_str(cases[i].text)),
				"%zu: %.*s", i, SLICE_ARG(buf_slice(&text)));
			ck_assert_int_eq(auth_users_parse(buf_slice(&text), "u", &why, &u), 0);
			auth_users_unref(u);
		}
		buf_done(&why);
		buf_done(&text);
	}
}
END_TEST

START_TEST(too_small)
{
	struct buf why, text;

	buf_init(&why, 500);
	buf_init(&text, 10);
	ck_assert_int_eq(auth_userfile_rewrite(S(OLD), AUTH_USERFILE_REMOVE, S("ann"), NULL,
				 SLICE_NIL, &why, &text),
		ERR_LIMIT);
	buf_done(&why);
	buf_done(&text);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("userfile");
	TCase *t = tcase_create("userfile");

	tcase_add_test(t, edits);
	tcase_add_test(t, too_small);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
