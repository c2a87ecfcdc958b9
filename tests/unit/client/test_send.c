/* One transaction: every reply at every place, pipelined and not, by DATA and by BDAT. */
#include <stdio.h>
#include <stdlib.h>

#include "check_main.h"
#include "base/err.h"
#include "client/client.h"
#include "rt/ctx.h"
#include "rt/loop.h"
#include "rt/stream.h"
#include "client/script.h"

#define PLAIN	 "250 mx\r\n|"
#define PIPE	 "250-mx\r\n250 PIPELINING\r\n|"
#define CHUNKING "250-mx\r\n250-PIPELINING\r\n250 CHUNKING\r\n|"
#define MAIL	 "MAIL FROM:<a@us.example>\r\n"
#define RCPT1	 "RCPT TO:<1@to.example>\r\n"
#define RCPT2	 "RCPT TO:<2@to.example>\r\n"
#define DATA	 "DATA\r\n"
#define BODY	 "Subject: x\r\n\r\n..dot\r\nend\r\n.\r\n"
#define BDAT	 "BDAT 25 LAST\r\nSubject: x\r\n\r\n.dot\r\nend\r\n"
#define QUIT	 "QUIT\r\n"

static const char content[] = "Subject: x\r\n\r\n.dot\r\nend\r\n";

struct send_case {
	const char *name;
	const char *script; /* from the reply to EHLO on */
	size_t rcpts; /* 1 or 2 */
	const char *results; /* a letter each: D T P I(n doubt) U(ntried) B(ig) 8 6(utf) */
	const char *heard; /* behind EHLO */
	enum client_stage stage; /* of the last recipient */
	int code; /* of the last recipient */
	const char *status; /* of the last recipient, unless NULL */
	enum client_protocol protocol;
	enum client_why why; /* CLIENT_OK: 0 is returned */
	bool hangs, lease_lost, body_fails, eight_bit, utf8;
	size_t reset_after; /* bytes, EHLO included */
	const char *sender;
};

static const struct send_case cases[] = {
	{ "one by one", PLAIN "250 ok\r\n|250 ok\r\n|354 go\r\n|250 2.0.0 kept\r\n|", 1, "D",
		MAIL RCPT1 DATA BODY QUIT, CLIENT_DOT, 250, "2.0.0" },
	{ "pipelined", PIPE "250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n|250 kept\r\n|", 2, "DD",
		MAIL RCPT1 RCPT2 DATA BODY QUIT, CLIENT_DOT, 250, "2.0.0" },
	{ "replies in pieces",
		PIPE "25|0 ok\r\n250-o|k\r\n250 ok\r\n|250 ok\r\n354| go\r\n|250 k\r\n|", 2, "DD",
		MAIL RCPT1 RCPT2 DATA BODY QUIT, CLIENT_DOT, 250 },
	{ "BDAT", CHUNKING "250 ok\r\n250 ok\r\n250 kept\r\n|", 1, "D", MAIL RCPT1 BDAT QUIT,
		CLIENT_DOT, 250 },
	{ "LMTP", PIPE "250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n|250 kept\r\n452 4.2.2 full\r\n|",
		2, "DT", MAIL RCPT1 RCPT2 DATA BODY QUIT, CLIENT_DOT, 452, "4.2.2", CLIENT_LMTP },
	{ "LMTP, one refused", PIPE "250 ok\r\n550 5.1.1 no\r\n250 ok\r\n354 go\r\n|250 kept\r\n|",
		2, "PD", MAIL RCPT1 RCPT2 DATA BODY QUIT, CLIENT_DOT, 250, NULL, CLIENT_LMTP },
	{ "LMTP, lost between replies",
		PIPE "250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n|250 kept\r\n|", 2, "DI",
		MAIL RCPT1 RCPT2 DATA BODY, CLIENT_DOT, 0, "4.4.2", CLIENT_LMTP, CLIENT_LOST },
	/* MAIL */
	{ "MAIL 550", PLAIN "550 5.1.8 no\r\n|", 1, "P", MAIL QUIT, CLIENT_MAIL, 550, "5.1.8" },
	{ "MAIL 451", PLAIN "451 later\r\n|", 2, "TT", MAIL QUIT, CLIENT_MAIL, 451, "4.0.0" },
	{ "MAIL 530", PLAIN "530 5.7.0 log in\r\n|", 1, "T", MAIL QUIT, CLIENT_MAIL, 530, "4.7.0" },
	{ "MAIL 421", PLAIN "421 bye\r\n|", 1, "T", MAIL, CLIENT_MAIL, 421, "4.3.2", 0,
		CLIENT_REPLY },
	{ "MAIL 354", PLAIN "354 what\r\n|", 1, "T", MAIL, CLIENT_MAIL, 0, "4.5.0", 0,
		CLIENT_BROKEN },
	{ "MAIL garbage", PLAIN "what\r\n|", 1, "T", MAIL, CLIENT_MAIL, 0, "4.5.0", 0,
		CLIENT_BROKEN },
	{ "MAIL lost", PLAIN, 1, "T", MAIL, CLIENT_MAIL, 0, "4.4.2", 0, CLIENT_LOST },
	{ "MAIL silence", PLAIN, 1, "T", MAIL, CLIENT_MAIL, 0, "4.4.2", 0, CLIENT_TIMEOUT,
		.hangs = true },
	{ "MAIL 550, pipelined", PIPE "550 no\r\n503 no\r\n503 no\r\n|", 1, "P",
		MAIL RCPT1 DATA QUIT, CLIENT_MAIL, 550, "5.0.0" },
	{ "MAIL 550, BDAT", CHUNKING "550 no\r\n503 no\r\n503 no\r\n|", 1, "P",
		MAIL RCPT1 BDAT QUIT, CLIENT_MAIL, 550 },
	/* RCPT */
	{ "RCPT 550", PLAIN "250 ok\r\n|550 5.1.1 no\r\n|", 1, "P", MAIL RCPT1 QUIT, CLIENT_RCPT,
		550, "5.1.1" },
	{ "RCPT 450", PLAIN "250 ok\r\n|450 4.2.0 grey\r\n|", 1, "T", MAIL RCPT1 QUIT, CLIENT_RCPT,
		450, "4.2.0" },
	{ "RCPT contradicts itself", PLAIN "250 ok\r\n|550 4.2.0 no\r\n|", 1, "P", MAIL RCPT1 QUIT,
		CLIENT_RCPT, 550, "5.0.0" },
	{ "RCPT mixed", PLAIN "250 ok\r\n|550 no\r\n|250 ok\r\n|354 go\r\n|250 kept\r\n|", 2, "PD",
		MAIL RCPT1 RCPT2 DATA BODY QUIT, CLIENT_DOT, 250 },
	{ "RCPT 421", PLAIN "250 ok\r\n|250 ok\r\n|421 bye\r\n|", 2, "TT", MAIL RCPT1 RCPT2,
		CLIENT_RCPT, 421, NULL, 0, CLIENT_REPLY },
	{ "RCPT 354", PLAIN "250 ok\r\n|354 go\r\n|", 1, "T", MAIL RCPT1, CLIENT_RCPT, 0, "4.5.0",
		0, CLIENT_BROKEN },
	{ "RCPT lost", PLAIN "250 ok\r\n|550 no\r\n|", 2, "PT", MAIL RCPT1 RCPT2, CLIENT_RCPT, 0,
		NULL, 0, CLIENT_LOST },
	{ "RCPT refused, BDAT", CHUNKING "250 ok\r\n550 no\r\n503 no\r\n|", 1, "P",
		MAIL RCPT1 BDAT QUIT, CLIENT_RCPT, 550 },
	{ "all refused, pipelined, DATA refused", PIPE "250 ok\r\n550 no\r\n554 none\r\n|", 1, "P",
		MAIL RCPT1 DATA QUIT, CLIENT_RCPT, 550 },
	{ "all refused, pipelined, 354", PIPE "250 ok\r\n550 no\r\n354 go\r\n|554 none\r\n|", 1,
		"P", MAIL RCPT1 DATA ".\r\n" QUIT, CLIENT_RCPT, 550 },
	{ "all refused, LMTP, 354", PIPE "250 ok\r\n550 no\r\n354 go\r\n|", 1, "P", MAIL RCPT1 DATA,
		CLIENT_RCPT, 550, NULL, CLIENT_LMTP },
	/* DATA */
	{ "DATA 451", PLAIN "250 ok\r\n|250 ok\r\n|451 4.3.0 no\r\n|", 1, "T", MAIL RCPT1 DATA QUIT,
		CLIENT_DATA, 451, "4.3.0" },
	{ "DATA 554", PIPE "250 ok\r\n250 ok\r\n554 no\r\n|", 1, "P", MAIL RCPT1 DATA QUIT,
		CLIENT_DATA, 554 },
	{ "DATA 250", PIPE "250 ok\r\n250 ok\r\n250 ok\r\n|", 1, "T", MAIL RCPT1 DATA, CLIENT_DATA,
		0, "4.5.0", 0, CLIENT_BROKEN },
	{ "DATA lost", PLAIN "250 ok\r\n|250 ok\r\n|", 1, "T", MAIL RCPT1 DATA, CLIENT_DATA, 0,
		"4.4.2", 0, CLIENT_LOST },
	/* the message */
	{ "dot 554", PIPE "250 ok\r\n250 ok\r\n354 go\r\n|554 5.6.0 spam\r\n|", 1, "P",
		MAIL RCPT1 DATA BODY QUIT, CLIENT_DOT, 554, "5.6.0" },
	{ "dot 452", PIPE "250 ok\r\n250 ok\r\n354 go\r\n|452 full\r\n|", 1, "T",
		MAIL RCPT1 DATA BODY QUIT, CLIENT_DOT, 452 },
	{ "dot 421", PIPE "250 ok\r\n250 ok\r\n354 go\r\n|421 bye\r\n|", 1, "T",
		MAIL RCPT1 DATA BODY, CLIENT_DOT, 421 },
	{ "dot 354", PIPE "250 ok\r\n250 ok\r\n354 go\r\n|354 more\r\n|", 1, "I",
		MAIL RCPT1 DATA BODY, CLIENT_DOT, 0, NULL, 0, CLIENT_BROKEN },
	{ "dot lost", PIPE "250 ok\r\n250 ok\r\n354 go\r\n|", 1, "I", MAIL RCPT1 DATA BODY,
		CLIENT_DOT, 0, "4.4.2", 0, CLIENT_LOST },
	{ "dot silence", PIPE "250 ok\r\n250 ok\r\n354 go\r\n|", 1, "I", MAIL RCPT1 DATA BODY,
		CLIENT_DOT, 0, NULL, 0, CLIENT_TIMEOUT, .hangs = true },
	{ "BDAT lost", CHUNKING "250 ok\r\n250 ok\r\n|", 1, "I", MAIL RCPT1 BDAT, CLIENT_DOT, 0,
		NULL, 0, CLIENT_LOST },
	{ "BDAT 421 at once", CHUNKING "421 bye\r\n|", 1, "T", MAIL RCPT1 BDAT, CLIENT_MAIL, 421,
		NULL, 0, CLIENT_REPLY },
	{ "BDAT 552", CHUNKING "250 ok\r\n250 ok\r\n552 5.3.4 no\r\n|", 1, "P",
		MAIL RCPT1 BDAT QUIT, CLIENT_DOT, 552, "5.3.4" },
	{ "reset in the dot", PLAIN "250 ok\r\n|250 ok\r\n|354 go\r\n|", 1, "I",
		MAIL RCPT1 DATA BODY, CLIENT_DOT, 0, NULL, 0, CLIENT_LOST, .reset_after = 100 },
	/* out of turn */
	{ "an early reply", PLAIN "250 ok\r\n250 ok\r\n|", 1, "T", MAIL, CLIENT_RCPT, 0, NULL, 0,
		CLIENT_BROKEN },
	{ "a reply too many behind 354", PIPE "250 ok\r\n250 ok\r\n354 go\r\n250 kept\r\n|", 1, "T",
		MAIL RCPT1 DATA, CLIENT_BODY, 0, NULL, 0, CLIENT_BROKEN },
	{ "a refusal behind 354", PIPE "250 ok\r\n250 ok\r\n354 go\r\n552 5.3.4 no\r\n|", 1, "P",
		MAIL RCPT1 DATA, CLIENT_BODY, 552 },
	{ "a farewell before MAIL", "250 mx\r\n421 bye\r\n|", 1, "T", "", CLIENT_MAIL, 421, NULL, 0,
		CLIENT_REPLY },
	{ "words before MAIL", "250 mx\r\n250 ok\r\n|", 1, "T", "", CLIENT_MAIL, 0, NULL, 0,
		CLIENT_BROKEN },
	/* our own side */
	{ "lease lost", PIPE "250 ok\r\n250 ok\r\n354 go\r\n|", 1, "U", MAIL RCPT1 DATA,
		CLIENT_BODY, 0, "4.3.0", 0, CLIENT_LOCAL, .lease_lost = true },
	{ "body unreadable", PIPE "250 ok\r\n250 ok\r\n354 go\r\n|", 1, "U", MAIL RCPT1 DATA,
		CLIENT_BODY, 0, NULL, 0, CLIENT_LOCAL, .body_fails = true },
	{ "body unreadable, BDAT", CHUNKING, 1, "U", "", CLIENT_MAIL, 0, NULL, 0, CLIENT_LOCAL,
		.body_fails = true },
	/* what the peer cannot take */
	{ "too big", "250-mx\r\n250 SIZE 24\r\n|", 1, "B", QUIT, CLIENT_MAIL, 0, "5.3.4" },
	{ "just fits", "250-mx\r\n250 SIZE 25\r\n|250 ok\r\n|250 ok\r\n|354 go\r\n|250 kept\r\n|",
		1, "D", "MAIL FROM:<a@us.example> SIZE=25\r\n" RCPT1 DATA BODY QUIT, CLIENT_DOT,
		250 },
	{ "no 8BITMIME", PLAIN, 1, "8", QUIT, CLIENT_MAIL, 0, "5.6.3", .eight_bit = true },
	{ "8BITMIME", "250-mx\r\n250 8BITMIME\r\n|550 no\r\n|", 1, "P",
		"MAIL FROM:<a@us.example> BODY=8BITMIME\r\n" QUIT, CLIENT_MAIL, 550,
		.eight_bit = true },
	{ "no SMTPUTF8", PLAIN, 1, "6", QUIT, CLIENT_MAIL, 0, "5.6.7", .utf8 = true },
	{ "no SMTPUTF8, by the address", PLAIN, 1, "6", QUIT, CLIENT_MAIL, 0, "5.6.7",
		.sender = "\xc3\xa4@us.example" },
	{ "SMTPUTF8", "250-mx\r\n250 SMTPUTF8\r\n|550 no\r\n|", 1, "P",
		"MAIL FROM:<a@us.example> SMTPUTF8\r\n" QUIT, CLIENT_MAIL, 550, .utf8 = true },
	{ "an address that would end the line", PLAIN, 1, "P", QUIT, CLIENT_MAIL, 0, "5.1.3",
		.sender = "a\r\nDATA\r\n@us.example" },
	{ "null reverse-path", PLAIN "550 no\r\n|", 1, "P", "MAIL FROM:<>\r\n" QUIT, CLIENT_MAIL,
		550, .sender = "" },
};

struct source {
	const struct send_case *c;
	size_t at;
};

static int source_next(struct ctx *ctx, void *arg, struct slice *ret)
{
	struct source *s = arg;

	if (s->c->body_fails)
		return ctx_fail(ctx, ERR_CORRUPT, "test", "the body has rotted");
	*ret = slice_take(slice_skip(slice_of(content, sizeof(content) - 1), s->at), 7);
	s->at += ret->n;
	return 0;
}

static void source_rewind(void *arg)
{
	((struct source *)arg)->at = 0;
}

static bool source_ours(void *arg)
{
	return !((struct source *)arg)->c->lease_lost;
}

static const struct client_rcpt rcpts[] = { { .path = SLICE("1@to.example") },
	{ .path = SLICE("2@to.example") } };

static struct client_message message_of(const struct send_case *c, struct source *source)
{
	return (struct client_message){
		.reverse_path = c->sender ? slice_str(c->sender) : S("a@us.example"),
		.rcpts = rcpts,
		.n = c->rcpts,
		.size = sizeof(content) - 1,
		.needs_8bit = c->eight_bit,
		.needs_utf8 = c->utf8,
		.arg = source,
		.next = source_next,
		.rewind = source_rewind,
		.still_ours = source_ours,
	};
}

static struct client *open_client(
	struct ctx *ctx, struct script *script, const char *text, enum client_protocol protocol)
{
	struct client_settings settings = {
		.protocol = protocol, .helo = S("us.example"), .timeouts = client_timeouts_default
	};
	struct client_failure failure = { 0 };
	struct client *client = NULL;
	char all[4096];

	(void)snprintf(all, sizeof(all), "220 mx\r\n|%s", text);

	int r = client_open(ctx, script_stream(script, arena_dup(ctx->arena, slice_str(all)), '|'),
		&settings, &client, &failure);

	ck_assert_msg(r == 0, "%s", failure.text);
	return client;
}

static char letter(enum client_outcome outcome)
{
	static const char letters[] = { [CLIENT_DELIVERED] = 'D',
		[CLIENT_TEMPORARY] = 'T',
		[CLIENT_PERMANENT] = 'P',
		[CLIENT_INDOUBT] = 'I',
		[CLIENT_TOO_BIG] = 'B',
		[CLIENT_NEEDS_8BIT] = '8',
		[CLIENT_NEEDS_UTF8] = '6',
		[CLIENT_UNTRIED] = 'U' };

	return letters[outcome];
}

static void check_results(const struct send_case *c, const struct client_result *v)
{
	const struct client_result *last = &v[c->rcpts - 1];
	struct smtp_status status;

	for (size_t i = 0; i < c->rcpts; i++) {
		ck_assert_msg(letter(v[i].outcome) == c->results[i], "%s: recipient %zu is %c",
			c->name, i, letter(v[i].outcome));
		ck_assert_msg(v[i].status.class != 0, "%s", c->name);
		ck_assert_msg(v[i].reply.code || v[i].text, "%s", c->name);
	}
	ck_assert_msg(last->stage == c->stage, "%s: %s", c->name, client_stage_name(last->stage));
	ck_assert_msg(last->reply.code == c->code, "%s: %d", c->name, last->reply.code);
	if (!c->status)
		return;
	ck_assert(smtp_status_parse(slice_str(c->status), &status));
	ck_assert_msg(last->status.class == status.class &&
			      last->status.subject == status.subject &&
			      last->status.detail == status.detail,
		"%s: %u.%u.%u", c->name, last->status.class, last->status.subject,
		last->status.detail);
}

static int run_case(struct ctx *ctx, void *arg)
{
	const struct send_case *c = arg;
	struct script script = { .hangs = c->hangs, .reset_after = c->reset_after };
	struct client *client = open_client(ctx, &script, c->script, c->protocol);
	struct source source = { c, 0 };
	struct client_message m = message_of(c, &source);
	struct client_result results[2];
	struct client_failure failure = { 0 };
	size_t before = strlen("EHLO us.example\r\n");
	int r = client_send(ctx, client, &m, results, &failure);

	ck_assert_msg((r == 0) == (c->why == CLIENT_OK), "%s: %d", c->name, r);
	ck_assert_msg(failure.why == c->why, "%s: %d %s", c->name, failure.why, failure.text);
	check_results(c, results);
	if (r < 0)
		ck_assert_msg(!client_reusable(client), "%s", c->name);
	client_quit(ctx, client);
	ck_assert_msg(slice_eq(slice_skip(buf_slice(&script.heard), before), slice_str(c->heard)),
		"%s: heard %.*s", c->name, SLICE_ARG(buf_slice(&script.heard)));
	buf_done(&script.heard);
	return 0;
}

START_TEST(every_reply)
{
	struct send_case c = cases[_i];

	ck_assert_int_eq(loop_run("test", run_case, &c), 0);
}
END_TEST

/* A second message on the same session; the first one decides whether RSET comes before it. */
struct again_case {
	const char *script, *heard;
	const char *results; /* of the first and the second message */
};

static const struct again_case again[] = {
	{ PIPE "250 ok\r\n250 ok\r\n354 go\r\n|250 kept\r\n|250 ok\r\n250 ok\r\n354 go\r\n|250 kept\r\n|",
		MAIL RCPT1 DATA BODY MAIL RCPT1 DATA BODY QUIT, "DD" },
	{ PIPE "250 ok\r\n250 ok\r\n451 no\r\n|250 reset\r\n250 ok\r\n250 ok\r\n354 go\r\n|250 kept\r\n|",
		MAIL RCPT1 DATA "RSET\r\n" MAIL RCPT1 DATA BODY QUIT, "TD" },
	{ PLAIN "550 no\r\n|250 reset\r\n|250 ok\r\n|250 ok\r\n|354 go\r\n|250 kept\r\n|",
		MAIL "RSET\r\n" MAIL RCPT1 DATA BODY QUIT, "PD" },
	{ PLAIN "550 no\r\n|550 no\r\n|", MAIL "RSET\r\n", "PT" },
	{ CHUNKING "250 ok\r\n250 ok\r\n250 kept\r\n|250 ok\r\n250 ok\r\n250 kept\r\n|",
		MAIL RCPT1 BDAT MAIL RCPT1 BDAT QUIT, "DD" },
	{ CHUNKING "250 ok\r\n550 no\r\n503 no\r\n|250 ok\r\n250 ok\r\n250 ok\r\n250 kept\r\n|",
		MAIL RCPT1 BDAT "RSET\r\n" MAIL RCPT1 BDAT QUIT, "PD" },
	{ PIPE "250 ok\r\n550 no\r\n354 go\r\n|554 none\r\n|550 no\r\n503 no\r\n503 no\r\n|",
		MAIL RCPT1 DATA ".\r\n" MAIL RCPT1 DATA QUIT, "PP" },
};

static int run_again(struct ctx *ctx, void *arg)
{
	const struct again_case *a = arg;
	const struct send_case c = { .rcpts = 1 };
	struct script script = { 0 };
	struct client *client = open_client(ctx, &script, a->script, CLIENT_SMTP);
	struct source source = { &c, 0 };
	struct client_message m = message_of(&c, &source);
	struct client_result result;
	struct client_failure failure;

	for (size_t i = 0; i < 2; i++) {
		ck_assert(client_reusable(client));
		(void)client_send(ctx, client, &m, &result, &failure);
		ck_assert_int_eq(letter(result.outcome), a->results[i]);
	}
	ck_assert_uint_eq(client_messages(client), 2);
	client_quit(ctx, client);
	ck_assert_msg(slice_eq(slice_skip(buf_slice(&script.heard), 17), slice_str(a->heard)),
		"heard %.*s", SLICE_ARG(buf_slice(&script.heard)));
	buf_done(&script.heard);
	return 0;
}

START_TEST(a_second_message)
{
	struct again_case a = again[_i];

	ck_assert_int_eq(loop_run("test", run_again, &a), 0);
}
END_TEST

/* A thousand recipients go in groups. */
#define MANY 1000

static int run_many(struct ctx *ctx, void *arg)
{
	static struct client_rcpt many[MANY];
	static struct client_result results[MANY];
	const struct send_case c = { .rcpts = 1 };
	struct script script = { 0 };
	struct source source = { &c, 0 };
	struct client_message m = message_of(&c, &source);
	struct client_failure failure;
	struct buf text;

	(void)arg;
	buf_init(&text, 1 << 20);
	buf_puts(&text, "250-mx\r\n250 PIPELINING\r\n|250 ok\r\n");
	for (size_t i = 0; i < MANY; i++) {
		many[i] = rcpts[i % 2];
		buf_printf(&text, "%d said\r\n|", i % 3 ? 250 : 550);
	}
	buf_puts(&text, "354 go\r\n|250 kept\r\n|");
	buf_putc(&text, 0);

	/* not through open_client, whose room is small */
	struct client_settings settings = { .helo = S("us.example"),
		.timeouts = client_timeouts_default };
	struct client *client;
	struct buf all;

	buf_init(&all, 1 << 20);
	buf_puts(&all, "220 mx\r\n|");
	buf_put(&all, slice_str(text.p));
	ck_assert_int_eq(client_open(ctx, script_stream(&script, buf_slice(&all), '|'), &settings,
				 &client, &failure),
		0);
	m.rcpts = many;
	m.n = MANY;
	ck_assert_int_eq(client_send(ctx, client, &m, results, &failure), 0);
	for (size_t i = 0; i < MANY; i++)
		ck_assert_int_eq(letter(results[i].outcome), i % 3 ? 'D' : 'P');
	client_quit(ctx, client);
	buf_done(&script.heard);
	buf_done(&text);
	buf_done(&all);
	return 0;
}

START_TEST(many_recipients)
{
	ck_assert_int_eq(loop_run("test", run_many, NULL), 0);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("client/send");
	TCase *t = tcase_create("send");

	tcase_add_loop_test(t, every_reply, 0, sizeof(cases) / sizeof(*cases));
	tcase_add_loop_test(t, a_second_message, 0, sizeof(again) / sizeof(*again));
	tcase_add_test(t, many_recipients);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
