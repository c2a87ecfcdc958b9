/* The judge alone: what it takes for an account of a recipient, and what not. */
#include "torture.h"

#include "check_main.h"

#define ID	"0pk2qbxmw0000"
#define PROMISE "promised " ID " to x@far.test y@far.test\n"
#define X_GONE                                                                                     \
	"server s got from <a@b> to x@far.test text Received: with ESMTP id " ID ";|?date||Hi|\n"
#define GONE(x)                                                                                    \
	"log delivered queue-id=" ID " action=\"reply\" to=" x "@far.test from=a@ours.test\n"
#define QUIET "quiet " ID " to z@far.test y@far.test\n"
#define REPORT(id, action, path)                                                                   \
	"|    " path "|      The answer was:|and is known as " id ".|Final-Recipient: rfc822; "    \
	"elsewhere@far.test|Action: " action "|"

#define ROTTEN(id)                                                                                 \
	"log trouble reason=\"rotten records were found and put aside\" partition=0 queue-ids=" id \
	"\n"

struct row {
	const char *lines;
	const char *lost; /* NULL: nothing */
};

static const struct row rows[] = {
	{ "", NULL },
	{ "client c1 data content 250 2.0.0 Queued as " ID "\n", NULL }, /* nobody relies on it */
	{ PROMISE, "x@far.test" },
	{ "promised " ID " to \n", "" },
	/* kept */
	{ PROMISE "kept " ID " to x@far.test\nkept " ID " to y@far.test\n", NULL },
	{ PROMISE "kept " ID " to x@far.test\n", "y@far.test" },
	{ PROMISE "kept " ID " to xx@far.test\nkept " ID " to y@far.test\n", "x@far.test" },
	{ PROMISE "kept 0pk2qbxmw0001 to x@far.test\nkept " ID " to y@far.test\n", "x@far.test" },
	/* taken by a next hop */
	{ PROMISE X_GONE "server s got from <a@b> SIZE=1 to y@far.test text Received: id " ID
			 ";|\n",
		NULL },
	{ PROMISE "server s got from <a@b> to y@far.test x@far.test text id " ID ";|\n", NULL },
	{ PROMISE X_GONE "server s got from <a@b> to x@far.test text id " ID "; y@far.test|\n",
		"y@far.test" },
	{ PROMISE X_GONE "server s got from <a@b> to y@far.test text id 0pk2qbxmw0001;|\n",
		"y@far.test" },
	{ PROMISE X_GONE "server s RCPT y@far.test => 250 " ID "\n", "y@far.test" },
	{ PROMISE X_GONE
		"server s got from <> to y@far.test text Received: id 0pk2qbxmw0009;||id " ID
		";|\n",
		"y@far.test" }, /* another message that returns this one's header */
	/* a log line ends nothing */
	{ PROMISE X_GONE GONE("y"), "y@far.test" },
	{ PROMISE X_GONE "log bounced queue-id=" ID " to=y@far.test from=<>\n", "y@far.test" },
	{ PROMISE X_GONE "log undeliverable queue-id=" ID " to=y@far.test from=<>\n",
		"y@far.test" },
	{ PROMISE X_GONE "log deferred queue-id=" ID " to=y@far.test from=<>\n", "y@far.test" },
	{ PROMISE X_GONE X_GONE, "y@far.test" },
	/* unless nobody wants to hear of a failure */
	{ PROMISE X_GONE QUIET "log bounced queue-id=" ID " to=y@far.test from=<>\n", NULL },
	{ PROMISE X_GONE QUIET, "y@far.test" },
	{ PROMISE X_GONE QUIET GONE("y"), "y@far.test" },
	{ PROMISE X_GONE QUIET "log bounced queue-id=0pk2qbxmw0001 to=y@far.test\n", "y@far.test" },
	{ PROMISE X_GONE QUIET "log bounced queue-id=" ID " to=z@far.test from=y@far.test\n",
		"y@far.test" },
	{ PROMISE X_GONE "quiet 0pk2qbxmw0001 to y@far.test\nlog bounced queue-id=" ID
			 " to=y@far.test\n",
		"y@far.test" },
	{ PROMISE X_GONE "quiet " ID " to x@far.test\nlog bounced queue-id=" ID " to=y@far.test\n",
		"y@far.test" },
	/* a report */
	{ PROMISE X_GONE "kept 0pk2qbxmw0009 text " REPORT(ID, "failed", "y@far.test") "\n", NULL },
	{ PROMISE X_GONE "kept 0pk2qbxmw0009 text " REPORT(ID, "failed", "y@far.test?") "\n",
		NULL },
	{ PROMISE X_GONE
		"server s got from <> to a@b text " REPORT(ID, "failed", "y@far.test") "\n",
		NULL },
	{ PROMISE X_GONE "kept 0pk2qbxmw0009 text " REPORT(ID, "delayed", "y@far.test") "\n",
		"y@far.test" },
	{ PROMISE X_GONE "kept 0pk2qbxmw0009 text " REPORT(ID, "failed", "x@far.test") "\n",
		"y@far.test" },
	{ PROMISE X_GONE
		"kept 0pk2qbxmw0009 text " REPORT("0pk2qbxmw0001", "failed", "y@far.test") "\n",
		"y@far.test" },
	/* put aside, where the transcript has flipped a bit */
	{ PROMISE "disk flips spool/0/seg-000001\n" ROTTEN(ID), NULL },
	{ PROMISE "disk flips spool/0/seg-000001\n" ROTTEN("0pk2qbxmw0001"), "x@far.test" },
	{ PROMISE ROTTEN(ID), "x@far.test" },
	{ PROMISE "disk flips spool/0/seg-000001\nkept " ID " unread\n", NULL },
	{ PROMISE "disk flips spool/0/seg-000001\nkept 0pk2qbxmw0001 unread\n", "x@far.test" },
	{ PROMISE "kept " ID " unread\n", "x@far.test" },
	/* roles */
	{ "promised " ID " to postmaster\nkept " ID " to boss@ours.test\n", NULL },
	{ "promised " ID " to Abuse@ours.test\nkept " ID " to boss@ours.test\n", NULL },
	{ "promised " ID " to abuser@ours.test\nkept " ID " to boss@ours.test\n",
		"abuser@ours.test" },
	/* how paths are written */
	{ "promised " ID " to X@Far.test\nkept " ID " to x@far.test\n", NULL },
	{ "promised " ID " to x@b\xc3\xbc.test\nserver s got from <> to x@xn--b-xga.test text " ID
	  ";\n",
		NULL },
	{ "promised " ID " to y@b\xc3\xbc.test\nserver s got from <> to x@xn--b-xga.test text " ID
	  ";\n",
		"y@b\xc3\xbc.test" },
	{ "promised " ID " to \xc3\xbc@far.test\nquiet " ID
	  " to \xc3\xbc@far.test\nlog bounced queue-id=" ID " to=\"\\xc3\\xbc@far.test\"\n",
		NULL },
	{ "promised " ID " to \xc3\xa4@far.test\nquiet " ID
	  " to \xc3\xa4@far.test\nlog bounced queue-id=" ID " to=\"\\xc3\\xbc@far.test\"\n",
		"\xc3\xa4@far.test" },
};

START_TEST(accounts)
{
	const struct row *row = &rows[_i];
	struct torture_lost lost = { S("none"), S("none") };
	bool nothing = torture_nothing_lost(slice_str(row->lines), &lost);

	ck_assert_msg(nothing == (row->lost == NULL), "%s: %.*s", row->lines, SLICE_ARG(lost.path));
	if (row->lost) {
		ck_assert_msg(slice_eq(lost.path, slice_str(row->lost)), "%s: %.*s", row->lines,
			SLICE_ARG(lost.path));
		ck_assert(slice_eq(lost.id, S(ID)));
	}
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("judge");
	TCase *t = tcase_create("judge");

	tcase_add_loop_test(t, accounts, 0, (int)(sizeof(rows) / sizeof(rows[0])));
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
