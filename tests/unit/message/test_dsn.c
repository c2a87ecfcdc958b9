/* Reports: limits and facts; read_dsn.py reads whole ones back. */
#include "message/dsn.h"

#include "base/buf.h"
#include "check_main.h"
#include "dsn_sample.h"
#include "message/header.h"

START_TEST(dsn_facts)
{
	struct dsn_sample s;

	dsn_sample_fill(&s, S("failed"));
	ck_assert(!message_dsn_needs_utf8(&s.dsn) && !message_dsn_needs_8bit(&s.dsn));
	s.dsn.body = S("caf\xc3\xa9\r\n"); /* not returned */
	ck_assert(!message_dsn_needs_8bit(&s.dsn));
	s.dsn.what = MESSAGE_DSN_RETURN_FULL;
	ck_assert(message_dsn_needs_8bit(&s.dsn));
	dsn_sample_fill(&s, S("utf8"));
	ck_assert(!message_dsn_needs_utf8(&s.dsn) && message_dsn_needs_8bit(&s.dsn));
	s.dsn.sender.is_utf8 = true;
	ck_assert(message_dsn_needs_utf8(&s.dsn));
}
END_TEST

START_TEST(dsn_is_ascii_where_it_can)
{
	struct dsn_sample s;
	struct buf b;

	buf_init(&b, 1 << 16);
	dsn_sample_fill(&s, S("failed"));
	message_dsn_format(&b, &s.dsn);
	ck_assert(!b.failed);
	ck_assert(slice_is_ascii(buf_slice(&b)));
	ck_assert_uint_eq(slice_search(buf_slice(&b), S("\nEvil")), b.n);
	buf_done(&b);
}
END_TEST

START_TEST(dsn_respects_the_buffer)
{
	struct dsn_sample s;
	struct buf b;

	dsn_sample_fill(&s, S("relayed"));
	for (size_t max = 0; max < 1500; max += 50) {
		buf_init(&b, max);
		message_dsn_format(&b, &s.dsn);
		ck_assert(b.failed);
		buf_done(&b);
	}
}
END_TEST

START_TEST(dsn_long_words_are_cut)
{
	static char words[20000];
	struct dsn_sample s;
	struct buf b;

	memset(words, '\xff', sizeof(words));
	buf_init(&b, 1 << 20);
	dsn_sample_fill(&s, S("failed"));
	s.rcpts[0].diagnostic = slice_of(words, sizeof(words));
	s.rcpts[0].orcpt = slice_of(words, 500);
	s.rcpts[0].remote_mta = slice_of(words, sizeof(words));
	message_dsn_format(&b, &s.dsn);
	ck_assert(!b.failed);
	ck_assert_uint_lt(b.n, 10000);
	struct slice rest = buf_slice(&b);

	while (rest.n)
		ck_assert_uint_le(slice_split(&rest, '\n').n, 999);
	buf_done(&b);
}
END_TEST

/* 250 letters of two bytes: six characters each in ASCII. */
START_TEST(dsn_addresses_fit_a_line)
{
	struct dsn_sample s;
	char address[500];
	struct buf b;

	for (size_t i = 0; i < sizeof(address); i += 2)
		memcpy(address + i, "\xc3\xbc", 2);
	buf_init(&b, 1 << 20);
	for (size_t n = 100; n <= sizeof(address); n += 400) {
		dsn_sample_fill(&s, S("failed"));
		s.rcpts[0].orcpt_type = S("utf-8");
		s.rcpts[0].orcpt = slice_of(address, n);
		message_dsn_format(&b, &s.dsn);
		ck_assert(!b.failed);
		ck_assert_int_eq(
			slice_search(buf_slice(&b), S("Original-Recipient: utf-8; ")) < b.n,
			n == 100);
		struct slice rest = buf_slice(&b);

		while (rest.n)
			ck_assert_uint_le(slice_split(&rest, '\n').n, 999);
		buf_clear(&b);
	}
	buf_done(&b);
}
END_TEST

START_TEST(dsn_subjects_and_postmaster)
{
	static const char *const subjects[] = { " Undelivered mail", " Mail is delayed",
		" Mail was delivered", " Mail was passed on", " Mail was delivered to a list" };
	struct message_field f;

	for (unsigned a = 0; a <= MESSAGE_DSN_EXPANDED; a++) {
		struct dsn_sample s;
		struct buf b;

		buf_init(&b, 1 << 16);
		dsn_sample_fill(&s, S("relayed"));
		s.rcpts[0].action = (enum message_dsn_action)a;
		s.dsn.postmaster = S("admin@example.org");
		message_dsn_format(&b, &s.dsn);
		ck_assert(message_header_find(buf_slice(&b), S("Subject"), &f));
		ck_assert(slice_eq(f.value, slice_str(subjects[a])));
		ck_assert(message_header_find(buf_slice(&b), S("From"), &f));
		ck_assert(slice_eq(f.value, S(" Mail delivery <admin@example.org>")));
		buf_done(&b);
	}
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("dsn");
	TCase *t = tcase_create("dsn");

	tcase_add_test(t, dsn_facts);
	tcase_add_test(t, dsn_is_ascii_where_it_can);
	tcase_add_test(t, dsn_respects_the_buffer);
	tcase_add_test(t, dsn_long_words_are_cut);
	tcase_add_test(t, dsn_addresses_fit_a_line);
	tcase_add_test(t, dsn_subjects_and_postmaster);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
