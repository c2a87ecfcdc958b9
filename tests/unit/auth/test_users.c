/* The file of users: lines, errors with their line, look-up, whom a user may send as. */
#include "auth/users.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "check_main.h"

#define SECRET                                                                                     \
	"{SCRAM-SHA-256}4096,W22ZaJ0SNY7soEsUEjb6gQ==,"                                            \
	"WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=,"                                            \
	"wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="

static struct auth_users *parse(const char *text)
{
	struct auth_users *u = NULL;
	struct buf why;

	buf_init(&why, 500);
	ck_assert_msg(auth_users_parse(slice_str(text), "users", &why, &u) == 0, "%.*s",
		SLICE_ARG(buf_slice(&why)));
	buf_done(&why);
	return u;
}

START_TEST(lines)
{
	struct auth_users *u = parse("# people\n"
				     "\n"
				     "ann@example.org:" SECRET "\r\n"
				     "  bob:$5$s$x:*@example.net, info@example.com\n"
				     "carl:!" SECRET);
	const struct auth_user *user;

	ck_assert_uint_eq(auth_users_count(u), 3);
	ck_assert(auth_users_have_scram(u));
	user = auth_users_find(u, S("Ann@Example.ORG"));
	ck_assert_ptr_eq(user, auth_users_at(u, 0));
	ck_assert_int_eq(user->secret.kind, AUTH_SECRET_SCRAM);
	ck_assert(!user->disabled);
	user = auth_users_find(u, S("bob"));
	ck_assert_int_eq(user->secret.kind, AUTH_SECRET_CRYPT);
	ck_assert_str_eq(user->secret.crypt, "$5$s$x");
	ck_assert(slice_eq(user->senders, S("*@example.net, info@example.com")));
	ck_assert(auth_users_find(u, S("carl"))->disabled);
	ck_assert_ptr_null(auth_users_find(u, S("dora")));
	ck_assert_ptr_null(auth_users_find(u, S("")));
	ck_assert_ptr_null(auth_users_find(u, slice_of("bob\0", 4)));
	auth_users_unref(auth_users_ref(u));
	auth_users_unref(u);
	auth_users_unref(NULL);
}
END_TEST

START_TEST(errors)
{
	static const struct {
		const char *text, *starts;
	} cases[] = {
		{ "a:" SECRET "\n\nb\n", "users:3: the secret must" },
		{ ":" SECRET, "users:1: a user's name" },
		{ "a b:" SECRET, "users:1: a user's name" },
		{ "a:" SECRET "\nA:$5$s$x", "users:2: this user has a line already" },
		{ "a:{SCRAM-SHA-256}1,x,y,z", "users:1: the rounds" },
		{ "a\xc2\xa0:" SECRET, "users:1: a user's name" },
		{ "a:!!" SECRET, "users:1: the secret must" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct auth_users *u = NULL;
		struct buf why;
		int r;

		buf_init(&why, 500);
		r = auth_users_parse(slice_str(cases[i].text), "users", &why, &u);
		if (i == 5) { /* no-break space is mapped to a space: allowed inside a name */
			ck_assert_int_eq(r, 0);
			auth_users_unref(u);
		} else {
			ck_assert_int_eq(r, ERR_INVALID);
			ck_assert_ptr_null(u);
			ck_assert_msg(slice_starts(buf_slice(&why), slice_str(cases[i].starts)),
				"%zu", i);
		}
		buf_done(&why);
	}
}
END_TEST

START_TEST(long_line)
{
	static char text[AUTH_USERS_LINE_MAX + 2];
	struct auth_users *u = NULL;
	struct buf why;

	memset(text, 'x', sizeof(text));
	buf_init(&why, 500);
	ck_assert_int_eq(auth_users_parse(slice_of(text, AUTH_USERS_LINE_MAX + 1), "u", &why, &u),
		ERR_INVALID);
	buf_done(&why);
}
END_TEST

START_TEST(many)
{
	struct auth_users *u;
	struct buf text;

	buf_init(&text, 1000000);
	for (unsigned i = 0; i < 1000; i++)
		buf_printf(&text, "user%u:$5$salt$%u\n", i, i);
	buf_putc(&text, 0);
	u = parse(text.p);
	ck_assert_uint_eq(auth_users_count(u), 1000);
	ck_assert(!auth_users_have_scram(u));
	ck_assert_str_eq(auth_users_find(u, S("USER999"))->secret.crypt, "$5$salt$999");
	auth_users_unref(u);
	buf_done(&text);
}
END_TEST

START_TEST(senders)
{
	static const struct {
		const char *user, *address;
		bool may;
	} cases[] = {
		{ "ann@example.org", "ann@example.org", true },
		{ "ann@example.org", "ANN@example.ORG", true },
		{ "ann@example.org", "bob@example.org", false },
		{ "ann@example.org", "", false },
		{ "bob", "x@example.net", true },
		{ "bob", "info@example.com", true },
		{ "bob", "x@example.com", false },
		{ "bob", "x@sub.example.net", false },
		{ "bob", "bob", false },
		{ "carl", "carl@example.net", false },
		{ "dora@example.org", "dora@example.org", false },
		{ "dora@example.org", "desk@example.org", true },
	};
	struct auth_users *u = parse("ann@example.org:$5$s$x\n"
				     "bob:$5$s$x:*@example.net,,info@example.com\n"
				     "carl:$5$s$x\n"
				     "dora@example.org:$5$s$x:desk@example.org\n");

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_msg(auth_user_may_send(auth_users_find(u, slice_str(cases[i].user)),
				      slice_str(cases[i].address)) == cases[i].may,
			"%zu", i);
	ck_assert(auth_user_has_senders(auth_users_find(u, S("ann@example.org"))));
	ck_assert(auth_user_has_senders(auth_users_find(u, S("bob"))));
	ck_assert(!auth_user_has_senders(auth_users_find(u, S("carl"))));
	auth_users_unref(u);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("users");
	TCase *t = tcase_create("users");

	tcase_add_test(t, lines);
	tcase_add_test(t, errors);
	tcase_add_test(t, long_line);
	tcase_add_test(t, many);
	tcase_add_test(t, senders);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
