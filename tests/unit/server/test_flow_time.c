/* How long replies wait and how large pieces are, for every setting that the configuration allows. */
#include "server/flow_time.h"

#include "check_main.h"
#include "config/config.h"
#include "rt/stream.h"

#define SEC USEC_PER_SEC

START_TEST(flow_delays)
{
	const struct {
		usec_t reply, per_error;
		unsigned replies, refused;
		usec_t delay;
	} cases[] = {
		{ 0, 0, 1, 100, 0 },
		{ SEC, 0, 1, 100, SEC },
		{ SEC, 0, 0, 0, 0 },
		{ SEC, 0, 29, 0, 29 * SEC },
		{ SEC, 0, 31, 0, 30 * SEC },
		{ SEC, 0, UINT32_MAX, 0, 30 * SEC },
		{ 0, 5 * SEC, 1, 0, 0 },
		{ 0, 5 * SEC, 1, 1, 5 * SEC },
		{ SEC, 5 * SEC, 1, 2, 11 * SEC },
		{ SEC, 5 * SEC, 1, 6, 30 * SEC },
		{ 30 * SEC, 30 * SEC, 1, UINT32_MAX, 30 * SEC },
		{ 1, 1, UINT32_MAX, UINT32_MAX, 30 * SEC },
		{ 0, 1, 1, UINT32_MAX, 30 * SEC },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct config_flow f = { .reply_delay = cases[i].reply,
			.tarpit.per_error = cases[i].per_error };

		ck_assert_msg(
			flow_reply_delay(&f, cases[i].replies, cases[i].refused) == cases[i].delay,
			"case %zu", i);
	}
}
END_TEST

/* The pieces are never smaller than configured, and all their pauses together never too long. */
START_TEST(flow_pieces)
{
	const usec_t pauses[] = { 1, 1000, SEC / 2, SEC, 4999999, 5 * SEC };
	const uint32_t sizes[] = { 1, 7, 512 };

	for (size_t p = 0; p < sizeof(pauses) / sizeof(pauses[0]); p++)
		for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++)
			for (size_t n = 1; n <= 40000; n += n / 7 + 1) {
				const struct config_flow f = { .stutter = pauses[p],
					.stutter_bytes = sizes[k] };
				size_t piece = flow_piece(&f, n), pieces = (n + piece - 1) / piece;

				ck_assert_uint_ge(piece, sizes[k]);
				ck_assert_int_le((usec_t)(pieces - 1) * pauses[p], FLOW_REPLY_MAX);
			}
	ck_assert_uint_eq(
		flow_piece(&(struct config_flow){ .stutter = SEC, .stutter_bytes = 1 }, 31), 1);
	ck_assert_uint_eq(
		flow_piece(&(struct config_flow){ .stutter = SEC, .stutter_bytes = 1 }, 32), 2);
}
END_TEST

START_TEST(flow_read_pieces)
{
	ck_assert_uint_eq(flow_read_piece(1), 64);
	ck_assert_uint_eq(flow_read_piece(256), 64);
	ck_assert_uint_eq(flow_read_piece(4096), 1024);
	ck_assert_uint_eq(flow_read_piece(UINT64_MAX), STREAM_INPUT_BYTES);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("flow");
	TCase *t = tcase_create("flow");

	tcase_add_test(t, flow_delays);
	tcase_add_test(t, flow_pieces);
	tcase_add_test(t, flow_read_pieces);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
