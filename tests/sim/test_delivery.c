/* Deliveries played as virtual days: retries, expiry, delay warnings, reports, what may not bounce,
 * limits, fail-over. The spool is in memory, next hops are fakehop. */
#include "base/buf.h"
#include "fakehop.h"
#include "relay.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "sim_check.h"
#include "spool/spool.h"

static struct relay relay;
static struct fakehop home, away;

/* What put's messages are besides. */
static enum spool_body_type body_type;
static bool smtputf8;
static bool on_disk; /* the spool of the next relay */

/* Puts a message for n recipients (parted by spaces) into the spool. */
static void put(struct ctx *ctx, const char *from, const char *to, unsigned notify,
	enum spool_vouched vouched)
{
	struct spool_envelope_rcpt rcpts[16];
	struct slice rest = slice_str(to);
	struct spool_writer *w;
	size_t n = 0;

	while (rest.n)
		rcpts[n++] = (struct spool_envelope_rcpt){ .forward_path = slice_split(&rest, ' '),
			.notify = (uint8_t)notify };
	ck_assert_int_eq(spool_begin(ctx, relay.spool, 0, &w), 0);
	ck_assert_int_eq(spool_write(ctx, w, S("Hello\r\n.dot\r\n")), 0);
	const struct spool_envelope e = {
		.reverse_path = slice_str(from),
		.arrived = clock_wall(),
		.entitlement = SPOOL_ENTITLED_NETWORK,
		.vouched = vouched,
		.body = body_type,
		.smtputf8 = smtputf8,
		.rcpts = rcpts,
		.rcpts_n = n,
	};

	ck_assert_int_eq(spool_commit(ctx, w, &e, S("Subject: test\r\n"), NULL, 0), 0);
}

static struct sim_proc *relay_proc, *home_proc, *away_proc;
static struct sim_host *relay_host;

static void start(struct ctx *ctx, const char *config)
{
	body_type = SPOOL_BODY_7BIT;
	smtputf8 = false;
	relay = (struct relay){ .config = config, .journal = on_disk };
	home = (struct fakehop){ .address = "192.0.2.30:25" };
	away = (struct fakehop){ .address = "192.0.2.31:25" };
	relay_host = sim_host_new("relay", "192.0.2.25");
	relay_proc = sim_proc_start(relay_host, "relay", relay_run, &relay);
	home_proc = sim_proc_start(sim_host_new("home", "192.0.2.30"), "home", fakehop_run, &home);
	away_proc = sim_proc_start(sim_host_new("away", "192.0.2.31"), "away", fakehop_run, &away);
	ctx_sleep(ctx, USEC_PER_MSEC);
}

static size_t waiting(void)
{
	return relay_messages(&relay);
}

static int stop(struct ctx *ctx)
{
	sim_proc_stop(relay_proc);
	ck_assert_int_eq(sim_proc_wait(ctx, relay_proc), 0);
	sim_proc_stop(home_proc);
	sim_proc_stop(away_proc);
	(void)sim_proc_wait(ctx, home_proc);
	(void)sim_proc_wait(ctx, away_proc);
	fakehop_done(&home);
	fakehop_done(&away);
	return 0;
}

static bool has(const struct buf *b, const char *text)
{
	return slice_search(buf_slice(b), slice_str(text)) < b->n;
}

/* `ours.test` goes home, everything else away; retries as by default, without jitter. */
static const char usual[] = "hostname: relay.test\n"
			    "retry: { jitter: 0 }\n"
			    "domains: { ours.test: { via: home, recipients: any } }\n"
			    "routes: [ { via: away } ]\n"
			    "hops: { home: { hosts: [ \"192.0.2.30:25\" ], tls: off },\n"
			    "        away: { hosts: [ \"192.0.2.31:25\" ], tls: off } }\n";

/* ---- delivered, byte for byte, each destination on its own ---- */

static int delivers(struct ctx *ctx, void *arg)
{
	(void)arg;
	start(ctx, usual);
	put(ctx, "a@ours.test", "x@far.test y@ours.test z@far.test", 0, SPOOL_VOUCHED_NETWORK);
	ctx_sleep(ctx, 5 * USEC_PER_SEC);
	ck_assert_uint_eq(waiting(), 0);
	ck_assert_uint_eq(away.n, 1);
	ck_assert(has(&away.v[0].to, "x@far.test z@far.test "));
	ck_assert(
		slice_eq(buf_slice(&away.v[0].text), S("Subject: test\r\n\r\nHello\r\n.dot\r\n")));
	ck_assert(has(&away.v[0].from, "<a@ours.test>"));
	ck_assert_uint_eq(home.n, 1);
	return stop(ctx);
}

/* ---- refused for good: a report to the sender; the others are delivered ---- */

static int bounces(struct ctx *ctx, void *arg)
{
	(void)arg;
	start(ctx, usual);
	put(ctx, "a@ours.test", "perm@far.test x@far.test gone@other.test", 0, SPOOL_VOUCHED_LOGIN);
	ctx_sleep(ctx, 10 * USEC_PER_SEC);
	ck_assert_uint_eq(waiting(), 0);
	ck_assert_uint_eq(home.n, 1);
	ck_assert(has(&home.v[0].from, "<>"));
	ck_assert(has(&home.v[0].text, "Content-Type: multipart/report"));
	ck_assert(has(&home.v[0].text, "perm@far.test"));
	ck_assert(has(&home.v[0].text, "550 5.1.1 no such user"));
	ck_assert(has(&home.v[0].text, "Subject: test"));
	return stop(ctx);
}

/* ---- where no report may be sent: held, counted, never dropped ---- */

static void expect_held(
	struct ctx *ctx, const char *from, unsigned notify, enum spool_vouched vouched, size_t held)
{
	struct spool_counts counts;

	start(ctx, usual);
	put(ctx, from, "perm@far.test", notify, vouched);
	ctx_sleep(ctx, 10 * USEC_PER_SEC);
	spool_counts(relay.spool, &counts);
	ck_assert_uint_eq(counts.recipients[SPOOL_HELD], held);
	ck_assert_uint_eq(counts.messages, held);
	ck_assert_uint_eq(home.n, 0);
	(void)stop(ctx);
}

static int null_sender(struct ctx *ctx, void *arg)
{
	(void)arg;
	expect_held(ctx, "", 0, SPOOL_VOUCHED_NETWORK, 1);
	return 0;
}

static int not_vouched(struct ctx *ctx, void *arg)
{
	(void)arg;
	expect_held(ctx, "stranger@far.test", 0, SPOOL_VOUCHED_NOT, 1);
	return 0;
}

/* NOTIFY=NEVER: the sender wants no word, so none is due and nothing is held. */
static int notify_never(struct ctx *ctx, void *arg)
{
	(void)arg;
	expect_held(ctx, "a@ours.test", SPOOL_NOTIFY_NEVER, SPOOL_VOUCHED_LOGIN, 0);
	return 0;
}

/* ---- put off: the schedule, the warning after four hours, the end after five days ---- */

static int five_days(struct ctx *ctx, void *arg)
{
	(void)arg;
	start(ctx, usual);
	away.refuse_mail = true;
	put(ctx, "a@ours.test", "x@far.test", 0, SPOOL_VOUCHED_LOGIN);
	ctx_sleep(ctx, 3 * USEC_PER_HOUR);
	ck_assert_uint_eq(home.n, 0);
	ctx_sleep(ctx, 6 * USEC_PER_HOUR);
	ck_assert_uint_eq(home.n, 1);
	ck_assert(has(&home.v[0].text, "Action: delayed"));
	ctx_sleep(ctx, 5 * USEC_PER_DAY - 10 * USEC_PER_HOUR);
	ck_assert_uint_eq(home.n, 1); /* warned once */
	ck_assert_uint_eq(waiting(), 1);
	ctx_sleep(ctx, 2 * USEC_PER_HOUR);
	ck_assert_uint_eq(waiting(), 0);
	ck_assert_uint_eq(home.n, 2);
	ck_assert(has(&home.v[1].text, "Action: failed"));
	ck_assert(has(&home.v[1].text, "Status: 4.4.7"));
	return stop(ctx);
}

/* Attempts follow the schedule: 1m 5m 15m 30m 1h 2h, then every 4h. */
static int schedule(struct ctx *ctx, void *arg)
{
	static const unsigned minutes[] = { 0, 1, 6, 21, 51, 111, 231, 471, 711 };
	usec_t began = 0;

	(void)arg;
	start(ctx, usual);
	away.greeting = "421 4.3.2 not now\r\n";
	put(ctx, "a@ours.test", "x@far.test", SPOOL_NOTIFY_NEVER, SPOOL_VOUCHED_LOGIN);
	began = clock_now();
	for (size_t i = 0; i < sizeof(minutes) / sizeof(minutes[0]); i++) {
		usec_t at = began + minutes[i] * USEC_PER_MIN;

		ctx_sleep(ctx, at + 30 * USEC_PER_SEC - clock_now());
		ck_assert_msg(away.connections == i + 1, "%u connections after %u minutes, not %zu",
			away.connections, minutes[i], i + 1);
	}
	return stop(ctx);
}

/* ---- a report that cannot be delivered is not reported ---- */

static int double_bounce(struct ctx *ctx, void *arg)
{
	struct spool_counts counts;

	(void)arg;
	start(ctx, usual);
	put(ctx, "perm@ours.test", "perm@far.test", 0, SPOOL_VOUCHED_LOGIN);
	ctx_sleep(ctx, 10 * USEC_PER_SEC);
	spool_counts(relay.spool, &counts);
	ck_assert_uint_eq(
		counts.messages, 1); /* the report, held; the message itself is reported */
	ck_assert_uint_eq(counts.recipients[SPOOL_HELD], 1);
	return stop(ctx);
}

/* ---- the connection is lost behind the final dot: tried again, not bounced ---- */

static int lost_reply(struct ctx *ctx, void *arg)
{
	(void)arg;
	start(ctx, usual);
	put(ctx, "a@ours.test", "lost@far.test", 0, SPOOL_VOUCHED_LOGIN);
	ctx_sleep(ctx, 30 * USEC_PER_SEC);
	ck_assert_uint_eq(waiting(), 1);
	ck_assert_uint_eq(home.n, 0);
	return stop(ctx);
}

/* ---- success notification where the next hop does not do DSN ---- */

static int success(struct ctx *ctx, void *arg)
{
	(void)arg;
	start(ctx, usual);
	away.offers = "250-PIPELINING\r\n";
	put(ctx, "a@ours.test", "x@far.test", SPOOL_NOTIFY_SUCCESS, SPOOL_VOUCHED_LOGIN);
	ctx_sleep(ctx, 10 * USEC_PER_SEC);
	ck_assert_uint_eq(waiting(), 0);
	ck_assert_uint_eq(away.n, 1);
	ck_assert_uint_eq(home.n, 1);
	ck_assert(has(&home.v[0].text, "Action: relayed"));
	return stop(ctx);
}

/* ---- the next hop lacks what the message needs, and there is no other: returned, saying so ---- */

static int lacks_8bitmime(struct ctx *ctx, void *arg)
{
	(void)arg;
	start(ctx, usual);
	away.offers = "250-PIPELINING\r\n";
	put(ctx, "a@ours.test", "x@far.test", 0, SPOOL_VOUCHED_LOGIN);
	ctx_sleep(ctx, 10 * USEC_PER_SEC);
	ck_assert_uint_eq(away.n, 1); /* ASCII goes anywhere */
	ck_assert(!has(&away.v[0].from, "BODY"));
	body_type = SPOOL_BODY_8BITMIME;
	put(ctx, "a@ours.test", "x@far.test y@ours.test", 0, SPOOL_VOUCHED_LOGIN);
	ctx_sleep(ctx, 10 * USEC_PER_SEC);
	ck_assert_uint_eq(waiting(), 0);
	ck_assert_uint_eq(away.n, 1);
	ck_assert_uint_eq(home.n, 2);
	size_t report = has(&home.v[0].text, "multipart/report") ? 0 : 1;

	ck_assert(has(&home.v[1 - report].from, "BODY=8BITMIME"));
	ck_assert(has(&home.v[report].text, "Final-Recipient: rfc822; x@far.test"));
	ck_assert(has(&home.v[report].text, "Status: 5.6.3"));
	ck_assert(has(&home.v[report].text, "no host of away takes 8-bit content"));
	return stop(ctx);
}

static int lacks_smtputf8(struct ctx *ctx, void *arg)
{
	(void)arg;
	start(ctx, usual);
	home.offers = "250-8BITMIME\r\n250-SMTPUTF8\r\n";
	smtputf8 = true;
	put(ctx, "a@ours.test", "\xc3\xbc@far.test y@ours.test", 0, SPOOL_VOUCHED_LOGIN);
	ctx_sleep(ctx, 10 * USEC_PER_SEC);
	ck_assert_uint_eq(waiting(), 0);
	ck_assert_uint_eq(away.n, 0);
	ck_assert_uint_eq(home.n, 2);
	size_t report = has(&home.v[0].text, "multipart/report") ? 0 : 1;

	ck_assert(!has(&home.v[1 - report].from, "SMTPUTF8")); /* y needs none of it */
	ck_assert(has(&home.v[report].text, "Final-Recipient: utf-8; \\x{FC}@far.test"));
	ck_assert(has(&home.v[report].text, "Status: 5.6.7"));
	return stop(ctx);
}

/* An ASCII local part at an internationalised domain needs no SMTPUTF8. */
static int goes_by_alabels(struct ctx *ctx, void *arg)
{
	(void)arg;
	start(ctx, usual);
	smtputf8 = true;
	put(ctx,
		"a@b\xc3\xbc"
		"cher.test",
		"x@b\xc3\xbc"
		"cher.test",
		0, SPOOL_VOUCHED_LOGIN);
	ctx_sleep(ctx, 10 * USEC_PER_SEC);
	ck_assert_uint_eq(waiting(), 0);
	ck_assert_uint_eq(away.n, 1);
	ck_assert(has(&away.v[0].to, "x@xn--bcher-kva.test "));
	ck_assert(has(&away.v[0].from, "<a@xn--bcher-kva.test>"));
	return stop(ctx);
}

/* ---- the disk is full: what is returned takes of the reserve, which is kept for it ---- */

static int bounces_on_a_full_disk(struct ctx *ctx, void *arg)
{
	struct spool_counts counts;

	(void)arg;
	on_disk = true;
	start(ctx, usual);
	on_disk = false;
	ctx_sleep(ctx, USEC_PER_SEC);
	away.greeting = "421 4.3.2 not now\r\n";
	put(ctx, "a@ours.test", "perm@far.test", 0, SPOOL_VOUCHED_LOGIN);
	sim_disk_set_capacity(relay_host, SPOOL_SEGMENT_MIN);
	ctx_sleep(ctx, 10 * USEC_PER_SEC);
	spool_counts(relay.spool, &counts);
	ctx_sleep(ctx, USEC_PER_SEC);
	spool_counts(relay.spool, &counts);
	ck_assert(!counts.accepting);
	ck_assert_uint_eq(counts.messages, 1);
	away.greeting = NULL;
	ctx_sleep(ctx, 2 * USEC_PER_MIN);
	ck_assert_uint_eq(waiting(), 0);
	ck_assert_uint_eq(home.n, 1);
	ck_assert(has(&home.v[0].text, "Action: failed"));
	return stop(ctx);
}

/* ---- our own log-in is refused: nobody's mail is returned for that, and a person is told ---- */

static const char with_login[] =
	"hostname: relay.test\n"
	"postmaster: boss@ours.test\n"
	"retry: { jitter: 0 }\n"
	"domains: { ours.test: { via: home, recipients: any } }\n"
	"routes: [ { via: away } ]\n"
	"hops: { home: { hosts: [ \"192.0.2.30:25\" ], tls: off },\n"
	"        away: { hosts: [ \"127.0.0.1:2525\" ], tls: off,\n"
	"                login: { user: me, password-file: provider.secret } } }\n";

static int login_refused(struct ctx *ctx, void *arg)
{
	struct spool_rcpt_info rcpt;
	struct spool_info info;

	(void)arg;
	start(ctx, with_login);
	struct fakehop provider = { .address = "127.0.0.1:2525",
		.offers = "250-AUTH PLAIN\r\n" }; /* to which it then says 500 */
	struct sim_proc *proc = sim_proc_start(relay_host, "provider", fakehop_run, &provider);

	put(ctx, "a@ours.test", "x@far.test", 0, SPOOL_VOUCHED_LOGIN);
	ctx_sleep(ctx, 2 * USEC_PER_MIN);
	ck_assert_uint_ge(provider.connections, 2);
	ck_assert(spool_next(relay.spool, 0, &info));
	ck_assert(spool_look_rcpt(relay.spool, info.id, 0, &rcpt));
	ck_assert_int_eq(rcpt.state, SPOOL_WAITING);
	ck_assert_uint_eq(home.n, 1); /* the alarm */
	ck_assert(has(&home.v[0].to, "boss@ours.test"));
	ck_assert(has(&home.v[0].text, "log-in"));
	sim_proc_stop(proc);
	(void)sim_proc_wait(ctx, proc);
	fakehop_done(&provider);
	return stop(ctx);
}

/* ---- many messages: few connections, the limit holds, all arrive once ---- */

static const char narrow[] = "hostname: relay.test\n"
			     "delivery: { connections-per-destination: 2 }\n"
			     "domains: { ours.test: { via: home, recipients: any } }\n"
			     "routes: [ { via: away } ]\n"
			     "hops: { home: { hosts: [ \"192.0.2.30:25\" ], tls: off },\n"
			     "        away: { hosts: [ \"192.0.2.31:25\" ], tls: off } }\n";

static int many(struct ctx *ctx, void *arg)
{
	(void)arg;
	start(ctx, narrow);
	for (int i = 0; i < 200; i++)
		put(ctx, "a@ours.test", i % 2 ? "x@far.test" : "y@near.test", 0,
			SPOOL_VOUCHED_LOGIN);
	ctx_sleep(ctx, USEC_PER_MIN);
	ck_assert_uint_eq(waiting(), 0);
	ck_assert_uint_eq(away.n, 200);
	ck_assert_uint_le(away.sessions_most, 2);
	ck_assert_uint_le(away.connections, 20);
	return stop(ctx);
}

/* ---- a host that does not answer: the next one of the list ---- */

static const char failover[] = "hostname: relay.test\n"
			       "domains: { ours.test: { via: home, recipients: any } }\n"
			       "routes: [ { via: away } ]\n"
			       "hops: { home: { hosts: [ \"192.0.2.30:25\" ], tls: off },\n"
			       "        away: { hosts: [ \"192.0.2.40:25\", \"192.0.2.31:25\" ],\n"
			       "                tls: off } }\n";

static int fails_over(struct ctx *ctx, void *arg)
{
	(void)arg;
	start(ctx, failover);
	sim_net_connect("192.0.2.40:25", SIM_CONNECT_BLACK_HOLE);
	put(ctx, "a@ours.test", "x@far.test", 0, SPOOL_VOUCHED_LOGIN);
	ctx_sleep(ctx, 2 * USEC_PER_MIN);
	ck_assert_uint_eq(away.n, 1);
	usec_t began = clock_now();

	put(ctx, "a@ours.test", "x@far.test", 0, SPOOL_VOUCHED_LOGIN);
	while (away.n == 1)
		ctx_sleep(ctx, 10 * USEC_PER_MSEC);
	ck_assert_int_lt(clock_now() - began, 5 * USEC_PER_SEC); /* the dead one is remembered */
	return stop(ctx);
}

/* ---- the postmaster hears of what may not bounce, once, and of nothing when that fails ---- */

static const char with_postmaster[] =
	"hostname: relay.test\n"
	"postmaster: boss@ours.test\n"
	"retry: { jitter: 0 }\n"
	"domains: { ours.test: { via: home, recipients: any } }\n"
	"routes: [ { via: away } ]\n"
	"hops: { home: { hosts: [ \"192.0.2.30:25\" ], tls: off },\n"
	"        away: { hosts: [ \"192.0.2.31:25\" ], tls: off } }\n";

static int postmaster(struct ctx *ctx, void *arg)
{
	(void)arg;
	start(ctx, with_postmaster);
	for (int i = 0; i < 3; i++)
		put(ctx, "stranger@far.test", "perm@far.test", 0, SPOOL_VOUCHED_NOT);
	ctx_sleep(ctx, USEC_PER_MIN);
	ck_assert_uint_eq(home.n, 1);
	ck_assert(has(&home.v[0].to, "boss@ours.test"));
	ck_assert(has(&home.v[0].text, "may not be returned"));
	put(ctx, "stranger@far.test", "perm@far.test", 0, SPOOL_VOUCHED_NOT);
	ctx_sleep(ctx, 30 * USEC_PER_MIN);
	ck_assert_uint_eq(home.n, 1); /* not more than one an hour */
	ctx_sleep(ctx, 40 * USEC_PER_MIN);
	ck_assert_uint_eq(home.n, 2);
	return stop(ctx);
}

/* A hop that takes nothing for a quarter of an hour: one alarm; and one word when it is well again. */
static int alarm_mail(struct ctx *ctx, void *arg)
{
	(void)arg;
	start(ctx, with_postmaster);
	away.greeting = "421 4.3.2 not now\r\n";
	put(ctx, "a@ours.test", "x@far.test", SPOOL_NOTIFY_NEVER, SPOOL_VOUCHED_LOGIN);
	ctx_sleep(ctx, 10 * USEC_PER_MIN);
	ck_assert_uint_eq(home.n, 0);
	ctx_sleep(ctx, 3 * USEC_PER_HOUR);
	ck_assert_uint_eq(home.n, 1);
	ck_assert(has(&home.v[0].text, "Nothing can be delivered"));
	away.greeting = NULL;
	ctx_sleep(ctx, 9 * USEC_PER_HOUR);
	ck_assert_uint_eq(home.n, 2);
	ck_assert(has(&home.v[1].text, "again"));
	return stop(ctx);
}

static coro_fn *const plays[] = { delivers, bounces, null_sender, not_vouched, notify_never,
	five_days, schedule, double_bounce, lost_reply, success, lacks_8bitmime, lacks_smtputf8,
	goes_by_alabels, bounces_on_a_full_disk, login_refused, many, fails_over, postmaster,
	alarm_mail };

START_TEST(play)
{
	for (uint64_t seed = 1; seed <= 5; seed++)
		run_seed(seed, plays[_i], NULL);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("delivery");
	TCase *t = tcase_create("delivery");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, play, 0, sizeof(plays) / sizeof(plays[0]));
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
