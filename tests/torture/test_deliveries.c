/* The judge of what comes out: which bytes, and how often. */
#include "torture.h"

#include "check_main.h"

#define ID    "0pk2qbxmw0000"
#define OTHER "0pk2qbxmw0001"
#define TEXT  "Subject: a||Hi|there|"
#define SENT                                                                                       \
	"sent c data 250 unknown text " TEXT "\nclient c data content 250 2.0.0 Queued as " ID "\n"
#define PROMISE "promised " ID " to x@far.test\n"
#define SAID	SENT PROMISE
#define CHUNKED                                                                                    \
	"client c rcpt BDAT 250 2.0.0 Queued as " ID "\n" PROMISE                                  \
	"sent c chunk 250 DATA text " TEXT "\n"
#define TRACE	 "Received: from c|?by us with ESMTP id " ID ";|?now|"
#define GOT(to)	 "server s got from <a@b> to " to " text " TRACE TEXT "\n"
#define AS(text) "server s got from <a@b> to x@far.test text " TRACE text "\n"
#define X	 GOT("x@far.test")
#define TOLD	 "log delivered queue-id=" ID " action=\"reply\" to=x@far.test from=a@b\n"
#define KEPT	 "kept " ID " to x@far.test\n"
#define HERE	 "# struck\n"
#define AT(n)	 "at " #n "000000\n"

static const struct row {
	const char *lines;
	const char *plain;
	enum { NEVER, GOES_ON, ENDS } strike; /* where HERE stands, at the second 100 */
	const char *what; /* NULL: all is well */
} rows[] = {
	{ "", "", NEVER, NULL },
	/* bytes */
	{ SAID X, "", NEVER, NULL },
	{ CHUNKED X, "", NEVER, NULL },
	{ SENT "quiet " ID " to x@far.test\n" PROMISE AS("Subject: a||Hi|"), "", NEVER, "bytes" },
	{ SAID AS("Subject: a||Hi|"), "", NEVER, "bytes" },
	{ CHUNKED AS("Subject: a||Hi|"), "", NEVER, "bytes" },
	{ SAID AS("Subject: a||Hi|there|more|"), "", NEVER, "bytes" },
	{ SAID AS("Subject: b||Hi|there|"), "", NEVER, "bytes" },
	{ SAID AS("Date: now|Subject: a|Message-ID: <1@b>||Hi|there|"), "", NEVER, NULL },
	{ SAID AS("Date: now||Hi|there|"), "", NEVER, "bytes" },
	{ SAID AS(""), "", NEVER, "bytes" },
	{ PROMISE AS("Subject: a||Hi|"), "", NEVER, NULL }, /* nobody knows what was sent */
	{ SENT AS("Subject: a||Hi|"), "", NEVER, NULL }, /* nothing was promised */
	/* as the plain run has them */
	{ SAID AS("Subject: a||H=69|"), SAID AS("Subject: a||H=69|"), NEVER, NULL },
	{ SAID AS("Subject: a||H=70|"), SAID AS("Subject: a||H=69|"), NEVER, "bytes" },
	{ SAID AS("||Hi|there|"), SAID AS("Subject: a||Hi|there|"), NEVER, "bytes" },
	{ SAID AS("||Hi|there|"), SAID AS("||Hi|there|"), NEVER, NULL },
	{ SAID AS("Subject: a||H=69|"), PROMISE AS("Subject: a||H=69|"), NEVER, "bytes" },
	/* how often */
	{ X TOLD, "", NEVER, NULL },
	{ X TOLD GOT("y@far.test"), "", NEVER, NULL },
	{ X X, "", NEVER, "twice" },
	{ X TOLD X, "", NEVER, "twice" },
	{ GOT("y@far.test x@far.test") GOT("z@far.test X@far.test"), "", NEVER, "twice" },
	{ X TOLD KEPT, "", NEVER, "twice" },
	{ X KEPT, "", NEVER, NULL }, /* its 250 was never heard */
	{ X "server s got from <a@b> to x@far.test text Received: id " OTHER ";||\n", "", NEVER,
		NULL },
	/* as the plain run has it */
	{ X X, X X, NEVER, NULL },
	{ X X X, X X, NEVER, "twice" },
	{ X X, X GOT("y@far.test"), NEVER, "twice" },
	{ X TOLD KEPT, X TOLD KEPT, NEVER, "twice" },
	/* the transcript kills */
	{ X TOLD "program killed\n" X, "", NEVER, NULL },
	{ X TOLD "program workers killed\n" X, "", NEVER, NULL },
	{ X TOLD "program worker 2 killed\n" X, "", NEVER, NULL },
	{ X TOLD "program without power\n" KEPT, "", NEVER, NULL },
	{ "program killed\n" X TOLD X, "", NEVER, "twice" },
	{ X TOLD "program stopped\n" X, "", NEVER, "twice" },
	/* the strike: it took the 250 */
	{ AT(99) X HERE X, "", GOES_ON, NULL },
	{ HERE AT(101) X X, "", GOES_ON, NULL },
	{ AT(99) X X HERE, "", GOES_ON, "twice" },
	{ AT(99) X TOLD HERE X, "", GOES_ON, "twice" },
	{ AT(99) X HERE TOLD X, "", GOES_ON, "twice" },
	{ AT(99) X HERE TOLD KEPT, "", GOES_ON, "twice" },
	{ AT(50) X HERE X, "", GOES_ON, "twice" },
	{ HERE AT(1000) X X, "", GOES_ON, "twice" },
	{ AT(50) X AT(99) X HERE X, X X, GOES_ON, NULL },
	{ AT(50) X AT(99) X HERE X X, X X, GOES_ON, "twice" },
	{ AT(99) X HERE X "program killed\n" X, "", GOES_ON, NULL },
	{ AT(99) X HERE AT(102) X AT(2000) X, "", GOES_ON, "twice" },
	/* ... or what was to be written about it */
	{ AT(99) X TOLD HERE X, "", ENDS, NULL },
	{ AT(99) X TOLD HERE KEPT, "", ENDS, NULL },
	{ AT(99) X TOLD HERE KEPT AT(101) X, "", ENDS, NULL },
	{ AT(99) X TOLD HERE KEPT AT(101) X X, "", ENDS, "twice" },
	{ AT(50) X TOLD HERE X, "", ENDS, "twice" },
	{ AT(50) X TOLD HERE KEPT, "", ENDS, "twice" },
	{ HERE AT(1000) X TOLD X, "", ENDS, "twice" },
};

START_TEST(comes_out)
{
	const struct row *row = &rows[_i];
	struct slice lines = slice_str(row->lines);
	struct torture_strike strike = { .offset = SIZE_MAX };
	struct torture_wrong wrong = { .what = "" };

	if (row->strike != NEVER)
		strike = (struct torture_strike){ .ends = row->strike == ENDS,
			.offset = slice_search(lines, S(HERE)),
			.at = 100 * USEC_PER_SEC };
	bool well = torture_as_sent(lines, slice_str(row->plain), &strike, &wrong);

	ck_assert_msg(well == (row->what == NULL), "%s: %s", row->lines, wrong.what);
	if (row->what == NULL)
		return;
	ck_assert_msg(
		slice_search(slice_str(wrong.what), slice_str(row->what)) < strlen(wrong.what),
		"%s: %s", row->lines, wrong.what);
	ck_assert(slice_eq(wrong.id, S(ID)));
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("deliveries");
	TCase *t = tcase_create("deliveries");

	tcase_add_loop_test(t, comes_out, 0, (int)(sizeof(rows) / sizeof(rows[0])));
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
