/* The named table of relay forms, by each of its senders, said to a running relay and to a proxy
 * whose backend takes everything, directly and through named servers in front: each is refused with
 * 5xx, with 550 5.7.1 where the syntax is legal, and nothing reaches the next hop. */
#include <stdio.h>

#include "base/ascii.h"
#include "base/buf.h"
#include "dialogue.h"
#include "fakehop.h"
#include "relay.h"
#include "rt/ctx.h"
#include "rt/stream.h"
#include "sim_check.h"

#define FORMS_MIN 100
#define SENDERS	  5

#define GREETED "S: 220\nC: EHLO client.example\nS: 250 \n"

#define CONFIG(service)                                                                            \
	"hostname: mx.ours.example\n"                                                              \
	"postmaster: boss@ours.example\n"                                                          \
	"limits: { errors: 1000 }\n"                                                               \
	"listeners: { mx: { for: mx, " service " address: \"192.0.2.25:25\" } }\n"                 \
	"domains: { ours.example: { via: home, recipients: any } }\n"                              \
	"routes: [ { via: home } ]\n"                                                              \
	"hops: { home: { hosts: [ \"192.0.2.30:25\" ], tls: off } }\n"

static char relay_text[] = CONFIG("");
static char proxy_text[] = CONFIG("service: proxy,");
/* The client is a named server, and says that it speaks for a neighbour, or for this machine. */
static char header_text[] = CONFIG("service: proxy, proxy-protocol: { from: 192.0.2.9 },");
static char xclient_text[] = CONFIG("service: proxy, xclient: { from: 192.0.2.9 },");
/* What no backend could take would be stored. */
static char keeping_text[] = CONFIG(
	"service: proxy, on-backend-failure: spool,") "spool: { path: spool }\n";
/* All that is allowed goes to one pool, asked at RCPT, or when the message is whole. */
static char via_text[] = CONFIG("service: proxy, via: home,");
static char late_text[] = CONFIG("service: proxy, via: home, connect: dot,");
static const char *opening;
static struct slice table;
static struct slice senders[SENDERS];
static size_t senders_n, tried;
static bool proxy;

/* \xHH and \\ of the table become bytes. */
static void unescape(struct buf *b, struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\' && i + 3 < s.n && s.p[i + 1] == 'x') {
			buf_putc(b, (char)(ascii_hex(s.p[i + 2]) * 16 + ascii_hex(s.p[i + 3])));
			i += 3;
		} else {
			if (s.p[i] == '\\' && i + 1 < s.n)
				i++;
			buf_putc(b, s.p[i]);
		}
	}
}

/* Says a line and returns the reply's text until CRLF in b. */
static void ask(
	struct ctx *ctx, struct stream *s, const char *verb, struct slice arg, struct buf *b)
{
	buf_clear(b);
	buf_puts(b, verb);
	buf_putc(b, ' ');
	unescape(b, arg);
	buf_puts(b, "\r\n");
	ck_assert_int_eq(stream_write(ctx, s, buf_slice(b)), 0);
	buf_clear(b);
	while (slice_find(buf_slice(b), '\n') == b->n) {
		ck_assert_int_eq(stream_fill(ctx, s), 0);
		buf_put(b, stream_peek(s));
		stream_take(s, stream_peek(s).n);
	}
}

static void try_form(struct ctx *ctx, struct stream *s, struct slice sender, struct slice line)
{
	bool utf8 = slice_search(sender, S("SMTPUTF8")) < sender.n;
	struct slice name = slice_split(&line, '\t'), arg = slice_split(&line, '\t');
	struct slice verdict = slice_split(&line, '\t');
	const char *want = "5";
	struct buf reply;

	if (slice_eq(verdict, S("legal")) || (utf8 && slice_eq(verdict, S("utf8"))))
		want = "550 5.7.1";
	else if (slice_eq(verdict, S("utf8")))
		want = "553 5.6.7";
	if (proxy && slice_search(arg, S("> ")) < arg.n)
		want = "55"; /* parameters that a proxy does not offer: 555 */
	buf_init(&reply, 65536);
	dialogue_run(ctx, s, "C: RSET\nS: 250\n");
	ask(ctx, s, "MAIL", sender, &reply);
	ck_assert_msg(slice_starts(buf_slice(&reply), S("250")), "MAIL %.*s: %.*s",
		SLICE_ARG(sender), SLICE_ARG(buf_slice(&reply)));
	ask(ctx, s, "RCPT", arg, &reply);
	ck_assert_msg(slice_starts(buf_slice(&reply), slice_str(want)),
		"%.*s by %.*s: wanted %s, got %.*s", SLICE_ARG(name), SLICE_ARG(sender), want,
		SLICE_ARG(buf_slice(&reply)));
	/* Damaged lines may be answered more than once: take it all, then see that nobody was taken. */
	ctx_sleep(ctx, 50 * USEC_PER_MSEC);
	dialogue_run(ctx, s, "C: RSET\n");
	buf_done(&reply);
	tried++;
}

static int try_all(struct ctx *ctx, void *arg)
{
	(void)arg;
	for (size_t i = 0; i < senders_n; i++) {
		struct slice rest = table;

		if (proxy && slice_search(senders[i], S("SMTPUTF8")) < senders[i].n)
			continue; /* not offered */
		while (rest.n) {
			struct slice line = slice_split(&rest, '\n');
			struct stream *s;

			if (line.n == 0 || line.p[0] == '#')
				continue;
			s = dialogue_open(ctx, "192.0.2.25:25");
			dialogue_run(ctx, s, opening);
			try_form(ctx, s, senders[i], line);
			dialogue_run(ctx, s, "C: QUIT\n");
			stream_free(s);
		}
	}
	return 0;
}

static int play(struct ctx *ctx, void *arg)
{
	static struct relay relay;
	static struct fakehop home;

	relay = (struct relay){ .config = arg };
	home = (struct fakehop){ .address = "192.0.2.30:25" };
	struct sim_proc *hop = sim_proc_start(
		sim_host_new("home", "192.0.2.30"), "home", fakehop_run, &home);
	struct sim_proc *proc = sim_proc_start(
		sim_host_new("relay", "192.0.2.25"), "relay", relay_run, &relay);

	ctx_sleep(ctx, USEC_PER_MSEC);
	ck_assert_int_eq(
		sim_host_run(ctx, sim_host_new("client", "192.0.2.9"), "client", try_all, NULL), 0);
	ctx_sleep(ctx, USEC_PER_MIN);
	ck_assert_uint_eq(relay_messages(&relay), 0);
	ck_assert_uint_eq(home.connections, 0);
	sim_proc_stop(proc);
	(void)sim_proc_wait(ctx, proc);
	sim_proc_stop(hop);
	(void)sim_proc_wait(ctx, hop);
	return 0;
}

static void read_table(struct buf *b)
{
	FILE *f = fopen(RELAY_FORMS, "r");

	ck_assert_ptr_nonnull(f);
	b->n = fread(buf_room(b, 1 << 20), 1, 1 << 20, f);
	fclose(f);
	table = buf_slice(b);
	for (struct slice rest = table; rest.n && senders_n < SENDERS;) {
		struct slice line = slice_split(&rest, '\n');

		if (slice_eq(slice_split(&line, '\t'), S("#sender"))) {
			(void)slice_split(&line, '\t');
			senders[senders_n++] = line;
		}
	}
}

START_TEST(every_form_is_refused)
{
	struct buf text;

	buf_init(&text, 1 << 20);
	read_table(&text);
	ck_assert_uint_eq(senders_n, SENDERS);
	opening = GREETED;
	run_seed(1, play, relay_text);
	ck_assert_uint_ge(tried, FORMS_MIN * SENDERS);
	tried = 0;
	proxy = true;
	run_seed(1, play, proxy_text);
	ck_assert_uint_ge(tried, FORMS_MIN * (SENDERS - 1));
	opening = "R: PROXY TCP4 192.0.2.7 192.0.2.25 4711 25\\r\\n\n" GREETED;
	run_seed(1, play, header_text);
	opening = GREETED "C: XCLIENT ADDR=127.0.0.1 NAME=localhost\n" GREETED;
	run_seed(1, play, xclient_text);
	opening = GREETED;
	run_seed(1, play, keeping_text);
	run_seed(1, play, via_text);
	run_seed(1, play, late_text);
	ck_assert_uint_ge(tried, 6 * FORMS_MIN * (SENDERS - 1));
	buf_done(&text);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("relay-forms");
	TCase *t = tcase_create("relay-forms");

	tcase_set_timeout(t, 120);
	tcase_add_test(t, every_form_is_refused);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
