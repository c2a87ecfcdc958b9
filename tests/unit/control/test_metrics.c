/* Every metric has its three lines. */
#include "control/metrics.h"

#include "base/buf.h"
#include "check_main.h"

static uint64_t read_metric(void *arg, enum metric m)
{
	(void)arg;
	return m == METRIC_ATTEMPTS ? UINT64_MAX : (uint64_t)m;
}

START_TEST(writes)
{
	struct buf b;
	size_t lines = 0;

	buf_init(&b, 1 << 20);
	control_metrics_write(&b, read_metric, NULL);
	for (size_t i = 0; i < b.n; i++)
		lines += b.p[i] == '\n';
	ck_assert_uint_eq(lines, 3 * METRIC_COUNT);
	ck_assert(slice_starts(buf_slice(&b), S("# HELP sluice_sessions Client sessions open now.\n"
						"# TYPE sluice_sessions gauge\n"
						"sluice_sessions 0\n"
						"# HELP sluice_sessions_total ")));
	ck_assert_uint_lt(
		slice_search(buf_slice(&b), S("# TYPE sluice_attempts_total counter\n"
					      "sluice_attempts_total 18446744073709551615\n")),
		b.n);
	buf_done(&b);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("metrics");
	TCase *t = tcase_create("metrics");

	tcase_add_test(t, writes);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
