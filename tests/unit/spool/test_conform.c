/* Runs the cases against one implementation: the first argument of the program says which. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "conform.h"
#include "rt/sim/sim.h"

static struct spool_options options = {
	.kind = SPOOL_MEMORY, .path = "spool", .segment_bytes = SPOOL_SEGMENT_MIN
};

static int on_host(struct ctx *ctx, void *arg)
{
	const struct conform_case *c = arg;
	struct spool_report report;
	struct spool *sp;

	ck_assert_int_eq(spool_open(ctx, &options, &sp, &report), 0);
	ck_assert_uint_eq(report.messages, 0);
	c->run(ctx, sp);
	ck_assert(spool_healthy(sp));
	spool_close(ctx, sp);
	return 0;
}

static int in_world(struct ctx *ctx, void *arg)
{
	return sim_host_run(ctx, sim_host_new("mx", "192.0.2.1"), "spool", on_host, arg);
}

START_TEST(conforms)
{
	struct conform_case c = conform_cases[_i];

	sim_start(1 + (uint64_t)_i);
	ck_assert_msg(sim_run("test", in_world, &c) == 0, "%s", c.name);
	ck_assert_uint_eq(sim_stop(), 0);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *s = suite_create("conform");
	TCase *t = tcase_create("conform");

	if (argc > 1 && strcmp(argv[1], "journal") == 0)
		options.kind = SPOOL_JOURNAL;
	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, conforms, 0, (int)conform_cases_n);
	suite_add_tcase(s, t);
	SRunner *runner = srunner_create(s);

	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
