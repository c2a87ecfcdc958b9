/* What of a backend's reply is passed on, and which of its replies are no answer about the mail. */
#include "server/proxy_reply.h"

#include "base/arena.h"
#include "base/buf.h"
#include "check_main.h"
#include "smtp/reply.h"

static const struct {
	int code;
	const char *enhanced; /* NULL: none */
	const char *passed; /* to a recipient, without the text */
	bool about_us;
} cases[] = {
	{ 250, "2.1.5", "250 2.1.5 ", false },
	{ 250, NULL, "250 2.1.5 ", false },
	{ 251, NULL, "251 2.1.5 ", false },
	{ 450, "4.2.0", "450 4.2.0 ", false },
	{ 450, "5.2.0", "450 4.1.5 ", false }, /* they contradict each other: the code counts */
	{ 452, NULL, "452 4.1.5 ", false },
	{ 550, "5.1.1", "550 5.1.1 ", false },
	{ 554, NULL, "554 5.1.5 ", false },
	{ 421, "4.3.2", "451 4.3.2 ", true },
	{ 421, NULL, "451 4.3.2 ", true },
	{ 530, "5.7.0", "451 4.3.5 ", true },
	{ 534, NULL, "451 4.3.5 ", true },
	{ 535, "5.7.8", "451 4.3.5 ", true },
	{ 538, NULL, "451 4.3.5 ", true },
};

START_TEST(one_reply)
{
	struct smtp_reply said, passed;
	struct arena a = ARENA_INIT;
	struct buf line;

	buf_init(&line, SMTP_REPLY_READ_MAX);
	smtp_reply_set(&said, cases[_i].code, cases[_i].enhanced, "words");
	ck_assert_int_eq(proxy_reply_is_about_us(&said), cases[_i].about_us);
	proxy_reply_pass(&a, &said, "1.5", &passed);
	smtp_reply_format_line(&line, &passed);
	ck_assert_msg(slice_starts(buf_slice(&line), slice_str(cases[_i].passed)), "%.*s",
		SLICE_ARG(buf_slice(&line)));
	ck_assert(cases[_i].about_us || slice_ends(buf_slice(&line), S(" words")));
	buf_done(&line);
	arena_reset(&a);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("proxy-reply");
	TCase *t = tcase_create("proxy-reply");

	tcase_add_loop_test(t, one_reply, 0, sizeof(cases) / sizeof(cases[0]));
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
