/* The same cases on the Linux world: real threads, real files. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conform.h"
#include "rt/loop.h"

#include "check_main.h"

static char folder[64];

static int run_case(struct ctx *ctx, void *arg)
{
	const struct conform_case *c = arg;
	struct spool_options o = {
		.kind = SPOOL_JOURNAL, .path = folder, .segment_bytes = SPOOL_SEGMENT_MIN
	};
	struct spool_report report;
	struct spool *sp;
	uint64_t messages;

	ck_assert_int_eq(spool_open(ctx, &o, &sp, NULL), 0);
	c->run(ctx, sp);
	struct spool_counts counts;

	spool_counts(sp, &counts);
	messages = counts.messages;
	spool_close(ctx, sp);
	ck_assert_int_eq(spool_open(ctx, &o, &sp, &report), 0);
	ck_assert_uint_eq(report.messages, messages);
	ck_assert(report.cut == 0 && report.quarantined == 0 && report.orphans == 0);
	spool_close(ctx, sp);
	return 0;
}

static void remove_folder(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -r %s", folder);
	ck_assert_int_eq(system(command), 0);
}

START_TEST(conforms)
{
	struct conform_case c = conform_cases[_i];

	strcpy(folder, "/tmp/sluice-spool-XXXXXX");
	ck_assert(mkdtemp(folder));
	ck_assert_int_eq(loop_run(c.name, run_case, &c), 0);
	remove_folder();
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("spool on linux");
	TCase *t = tcase_create("spool on linux");

	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, conforms, 0, (int)conform_cases_n);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
