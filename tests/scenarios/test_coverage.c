/* What a client's session is seen to do, and what fills a cell of the table: handling, never sending. */
#include <stdio.h>

#include "base/buf.h"
#include "coverage_replies.h"
#include "wire.h"
#include "wire_text.h"

#include "check_main.h"

#define LINES_MAX 10000

/* ---- the wire ---- */

static void note(void *arg, const char *state, struct slice said, struct slice reply)
{
	buf_printf(arg, "%s %.*s %.*s\n", state, SLICE_ARG(said), SLICE_ARG(slice_take(reply, 3)));
}

static void note_text(
	void *arg, const char *state, struct slice verbs, struct slice text, struct slice reply)
{
	buf_printf(
		arg, "text %s %.*s %.*s", state, SLICE_ARG(slice_take(reply, 3)), SLICE_ARG(verbs));
	for (size_t i = 0; i < text.n; i++)
		buf_putc(arg, i == 0 ? ' ' : text.p[i - 1] == '\n' ? '|' : text.p[i - 1]);
	buf_putc(arg, '\n');
}

static void note_end(void *arg, const char *state, struct slice reply, const char *what)
{
	buf_printf(arg, "end %s %.*s %s\n", state, SLICE_ARG(slice_take(reply, 3)), what);
}

/* Lines of `dialogue` that begin with "C:" are sent (without CRLF, unless it is written), those with
 * "S:" are replies; "T:" is a handshake, "E:" the end. */
struct dialogue {
	const char *lines[16];
	const char *seen;
};

static const struct dialogue dialogues[] = {
	{ { "S:220 a", "C:EHLO c\r\n", "S:250 a", "C:NOOP\r\n", "S:250 ok" },
		"early greeting 220\ngreeted EHLO 250\nready NOOP 250\n" },
	{ { "C:EHLO c\r\n", "S:554 no" }, "early EHLO 554\n" },
	/* What a bare line feed tears is one damaged line. */
	{ { "S:220 a", "C:NOOP\nNOOP\r\nHELP\r\n", "S:500 x", "S:500 x", "S:214 x" },
		"early greeting 220\ngreeted damaged 500\ngreeted damaged 500\n"
		"greeted HELP 214\n" },
	/* A header is taken without a word, from a stranger it is a line, and it may be refused. */
	{ { "C:PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n", "S:220 a", "C:EHLO c\r\n", "S:250 a" },
		"early greeting 220\ngreeted EHLO 250\n" },
	{ { "C:PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n", "S:220 a", "S:500 x" },
		"early greeting 220\nearly unknown 500\n" },
	{ { "C:PROXY TCP4 192.0.2.1", "S:421 x" }, "early PROXY 421\nearly greeting 421\n" },
	/* A reply to half a line is none. */
	{ { "S:220 a", "C:NOO", "S:421 idle" }, "early greeting 220\ngreeted  421\n" },
	/* Behind QUIT: one line, and the end. */
	{ { "S:220 a", "C:QUIT\r\nNOOP\r\n", "S:221 bye", "E:" },
		"early greeting 220\ngreeted QUIT 221\nquit NOOP not\n" },
	{ { "S:220 a", "C:QUIT\r\nNOOP\r\nHELP\r\n", "S:221 bye", "E:" },
		"early greeting 220\ngreeted QUIT 221\n" },
	{ { "S:220 a", "C:QUIT\r\nNOOP\r\n", "S:221 bye", "S:250 ok", "E:" },
		"early greeting 220\ngreeted QUIT 221\nquit NOOP 250\n" },
	{ { "S:220 a", "C:NOOP\r\nHELP\r\n", "S:421 bye", "E:" },
		"early greeting 220\ngreeted NOOP 421\n" },
	/* Content: what its lines are, and its text without the doubled dots. */
	{ { "S:220 a", "C:EHLO c\r\n", "S:250 a", "C:MAIL FROM:<>\r\n", "S:250",
		  "C:RCPT TO:<b>\r\n", "S:250", "C:DATA\r\n", "S:354 go",
		  "C:a\r\n..\r\nQUIT\r\n.\r\nNOOP\r\n", "S:250 x", "S:250 ok" },
		"early greeting 220\ngreeted EHLO 250\nready MAIL 250\nmail RCPT 250\n"
		"rcpt DATA 354\ntext data 250 unknown,QUIT a|.|QUIT\ndata content 250\n"
		"end data 250 0d0a2e2e0d0a\nend data 250 in 1\nready NOOP 250\n" },
	{ { "S:220 a", "C:EHLO c\r\n", "S:250 a", "C:MAIL FROM:<>\r\n", "S:250",
		  "C:RCPT TO:<b>\r\n", "S:250", "C:BDAT 3\r\na\r\n", "S:250 x",
		  "C:BDAT 7 LAST\r\nRSET\n.\n", "S:550 x" },
		"early greeting 220\ngreeted EHLO 250\nready MAIL 250\nmail RCPT 250\n"
		"rcpt BDAT 250\nbdat BDAT 550\ntext chunk 550 unknown,damaged a|RSET|.\n"
		"end chunk 550 0a2e0a\n" },
	/* What somebody might see an end in; the true one, in how many writes. */
	{ { "S:220 a", "C:EHLO c\r\n", "S:250 a", "C:MAIL FROM:<>\r\n", "S:250",
		  "C:RCPT TO:<b>\r\n", "S:250", "C:DATA\r\n", "S:354 go",
		  "C:a.\r\n.b\r\nc\n.\rd\r\n", "C:.", "C:\r\nNO", "C:OP\r\n", "S:550 x",
		  "S:250 ok" },
		"early greeting 220\ngreeted EHLO 250\nready MAIL 250\nmail RCPT 250\n"
		"rcpt DATA 354\ntext data 550 unknown,damaged a.|b|c|\rd\ndata content 550\n"
		"end data 550 0a2e0d\nend data 550 in 3\nready NOOP 250\n" },
	{ { "T:", "S:220 a", "C:EHLO c\r\n", "S:250 a" }, "early greeting 220\ntls EHLO 250\n" },
};

static void play(struct wire *w, const char *line)
{
	struct slice rest = slice_skip(slice_str(line), 2);

	switch (line[0]) {
	case 'C':
		wire_sent(w, rest);
		break;
	case 'S':
		wire_reply(w, rest);
		break;
	case 'T':
		wire_secured(w);
		break;
	default:
		wire_ended(w);
	}
}

START_TEST(dialogue)
{
	const struct dialogue *d = &dialogues[_i];
	struct wire w;
	struct buf b;

	buf_init(&b, LINES_MAX);
	wire_init(&w, note, note_text, note_end, &b);
	for (size_t i = 0; i < 16 && d->lines[i]; i++)
		play(&w, d->lines[i]);
	buf_putc(&b, 0);
	ck_assert_str_eq(b.p, d->seen);
	buf_done(&b);
	wire_done(&w);
}
END_TEST

/* ---- what is observed of a text ---- */

static void show(struct slice text, struct buf *ret)
{
	buf_clear(ret);
	wire_text_show(text, ret);
	buf_putc(ret, 0);
}

static const char *const shown[][2] = {
	{ "", "" },
	{ "a: b\n\nc\n", "a: b\n\nc\n" },
	{ "\nc\n", "\nc\n" },
	{ "no end", "no end\n" },
	{ "a: b\na: b\na: b\nc: d\na: b\n\ne\ne\n", "a: b\n(3 times)\nc: d\na: b\n\ne\ne\n" },
	{ "a: b\n\nc\td\n", "a: b\n\n(5 bytes, digest fcf70b569dc5fbcf)\nc\td\n" },
	{ "\nc\td\n", "\n(5 bytes, digest fcf70b569dc5fbcf)\nc\td\n" },
};

START_TEST(shows)
{
	struct buf b;

	buf_init(&b, LINES_MAX);
	show(slice_str(shown[_i][0]), &b);
	ck_assert_str_eq(b.p, shown[_i][1]);
	show(S("a: b\n\nc\0d\n"), &b);
	ck_assert_ptr_nonnull(strstr(b.p, ")\nc?d\n"));
	buf_done(&b);
}
END_TEST

/* Each byte of a long body counts, and so does each that is missing. */
START_TEST(shows_all_of_a_long_body)
{
	enum { BYTES = 20000 };
	static char text[BYTES + 2] = "\n\n";
	struct buf whole, b;

	memset(text + 2, 'x', BYTES);
	buf_init(&whole, LINES_MAX);
	buf_init(&b, LINES_MAX);
	show(slice_of(text, sizeof(text)), &whole);
	ck_assert_uint_lt(whole.n, 6000);
	show(slice_of(text, sizeof(text)), &b);
	ck_assert_str_eq(b.p, whole.p);
	for (size_t i = 2; i < sizeof(text); i += 999) {
		text[i] = 'y';
		show(slice_of(text, sizeof(text)), &b);
		ck_assert_str_ne(b.p, whole.p);
		text[i] = 'x';
	}
	show(slice_of(text, sizeof(text) - 1), &b);
	ck_assert_str_ne(b.p, whole.p);
	buf_done(&whole);
	buf_done(&b);
}
END_TEST

/* ---- cells ---- */

struct filled {
	const char *lines, *expected; /* "state VERB REPLY", "": it stays empty */
};

static const struct filled filled[] = {
	{ "client c ready NOOP 250 ok\n", "ready NOOP 250" },
	{ "sent c data 250 QUIT text a||QUIT|\n", "" }, /* sent, and then? */
	{ "sent c data 250 QUIT text a||QUIT|\nserver s got from <> to b text R: x|a||QUIT|\n",
		"data QUIT arrives" },
	{ "sent c data 250 QUIT text a||QUIT|\nserver s got from <> to b text R: x|a||\n", "" },
	{ "sent c data 550 QUIT text a||QUIT|\nserver s got from <> to b text R: x|a||QUIT|\n",
		"" },
	{ "sent c chunk 250 ETRN text a||ETRN|\nserver s got from <> to b text a||ETRN|\n",
		"chunk ETRN arrives" },
	{ "sent c data 550 damaged text a|\n", "data damaged 550" },
	{ "client c quit NOOP nothing\n", "quit NOOP nothing" },
	{ "client c closed NOOP 250 ok\n", "" },
};

/* Complaints of the one cell that the row names. */
static void complaints(struct coverage_replies *c, const char *expected, char *ret, size_t max)
{
	FILE *out = fopen("/dev/null", "w"), *missing = tmpfile();
	char state[20] = "", verb[20] = "", reply[20] = "", table[100], line[200];

	(void)sscanf(expected, "%19s %19s %19s", state, verb, reply);
	snprintf(table, sizeof(table), "state %s\n %s %s\n", state, verb, reply);
	(void)coverage_replies_write(c, slice_str(table), out, missing);
	rewind(missing);
	ret[0] = 0;
	while (fgets(line, sizeof(line), missing))
		if (strstr(line, "no line") == NULL)
			snprintf(ret + strlen(ret), max - strlen(ret), "%s", line);
	fclose(missing);
	fclose(out);
}

START_TEST(fills)
{
	const struct filled *f = &filled[_i];
	struct coverage_replies *c = coverage_replies_new();
	char text[2000];

	coverage_replies_add(c, "x.sl", slice_str(f->lines));
	complaints(c, f->expected[0] ? f->expected : "ready NOOP 299", text, sizeof(text));
	if (f->expected[0])
		ck_assert_str_eq(text, "");
	else
		ck_assert_str_eq(text, "replies.table, state ready, NOOP: no scenario shows 299\n");
	coverage_replies_free(c);
}
END_TEST

START_TEST(compares)
{
	struct coverage_replies *c = coverage_replies_new();
	char text[2000];

	coverage_replies_add(
		c, "x.sl", S("client c ready NOOP 250 ok\nclient c ready NOOP 500 x\n"));
	complaints(c, "ready NOOP 250", text, sizeof(text));
	ck_assert_str_eq(text, "replies.table, state ready, NOOP: does not expect what was seen: "
			       "500 in x.sl\n");
	complaints(c, "ready NOPE 250", text, sizeof(text));
	ck_assert_ptr_nonnull(strstr(text, "what is ` NOPE 250`?"));
	coverage_replies_free(c);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("scenarios-coverage");
	TCase *t = tcase_create("scenarios-coverage");

	tcase_add_loop_test(t, dialogue, 0, sizeof(dialogues) / sizeof(dialogues[0]));
	tcase_add_loop_test(t, shows, 0, sizeof(shown) / sizeof(shown[0]));
	tcase_add_test(t, shows_all_of_a_long_body);
	tcase_add_loop_test(t, fills, 0, sizeof(filled) / sizeof(filled[0]));
	tcase_add_test(t, compares);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
