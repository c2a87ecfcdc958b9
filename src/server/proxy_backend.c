/* A backend that is lost before the content is replaced, unseen by the client: the envelope is said
 * again to another one, and if that takes each recipient that the first one has taken, all goes on.
 * Who was refused is not said again: the client was told. Nothing was promised so far, and nothing
 * can be there twice. proxy_body.c does the same until some of the content has gone out; then it is
 * too late: what was sent is not kept. */
#include "server/proxy_backend.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/event.h"
#include "base/metrics.h"
#include "config/config.h"
#include "nexthop/live.h"
#include "nexthop/quiet.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/log.h"
#include "server/proxy_ask.h"
#include "server/proxy_offers.h"
#include "server/proxy_reply.h"
#include "server/proxy_wide.h"
#include "server/server.h"

/* For its answer to a message, where no hops say how long. */
#define ANSWER_TIME (285 * USEC_PER_SEC)

#define ALARM_PAUSE (10 * USEC_PER_MIN) /* one alarm says enough */

/* ---- losing it ---- */

static void tell(struct ctx *ctx, const struct proxy_backend *b, const char *why, const char *mail)
{
	LOG(ctx, EV_BACKEND_LOST, FIELD("backend", b->name.n ? b->name : b->target.key),
		FIELD_STR("why", why), FIELD_STR("mail", mail));
}

/* The configuration and a backend do not agree: the mail is not to blame, and a person should
 * look. */
static void misconfigured(struct ctx *ctx, struct proxy_backend *b, const char *why)
{
	smtp_reply_set(&b->lost, 451, "4.3.5",
		"The servers behind us and we do not agree about our rights; try again later");
	if (b->target.hops)
		return; /* which the alarm was about */
	metric_add(METRIC_MISCONFIGURED, 1);
	if (clock_now() < *b->next_alarm)
		return;
	*b->next_alarm = clock_now() + ALARM_PAUSE;
	LOG(ctx, EV_ALARM, FIELD("destination", b->target.key), FIELD_STR("why", why));
}

void proxy_backend_broke(struct ctx *ctx, struct proxy_backend *b,
	const struct nexthop_broken *broken, const char **ret_why)
{
	*ret_why = broken->text;
	smtp_reply_keep(&broken->reply, &b->last_word);
	proxy_blame_lost(b, broken);
	if (broken->misfit)
		misconfigured(ctx, b, broken->text);
}

const char *proxy_backend_doubt(struct ctx *ctx, const struct nexthop_broken *broken)
{
	if (broken == NULL)
		return "no answer to the message: it may have it";
	return arena_printf(
		ctx->arena, "no answer to the message: it may have it (%s)", broken->text);
}

/* Nobody takes it now: the client hears that it is not for ever, and why. */
static void refuse(struct ctx *ctx, struct proxy_backend *b, const struct nexthop_failure *f)
{
	char enhanced[16];

	if (f->alarm) {
		misconfigured(ctx, b, f->text);
	} else if (f->reason == NEXTHOP_CROWDED) {
		smtp_reply_set(&b->lost, 451, "4.3.2",
			"The servers behind us have no room now; try again later");
	} else if (f->reason == NEXTHOP_LACKING && !proxy_wide_is_why(b, f)) {
		snprintf(
			enhanced, sizeof(enhanced), "4.%u.%u", f->status.subject, f->status.detail);
		smtp_reply_set(&b->lost, 451, enhanced,
			"No server behind us takes such a message now; try again later");
		b->absent = false;
	}
}

void proxy_backend_lose(struct ctx *ctx, struct proxy_backend *b, const char *why)
{
	proxy_blame_failed(ctx, b, true);
	if (b->too_wide)
		return; /* there is none */
	if (b->lost.code == 0 && !b->in_doubt && smtp_reply_is_about_session(&b->last_word))
		proxy_backend_pass(b, b->arena, &b->last_word, "0.0", &b->lost);
	if ((b->live || (b->answered.n && b->name.n)) && b->lost.code == 0)
		smtp_reply_set(
			&b->lost, 451, "4.4.2", "The server behind us was lost; try again later");
	else if (b->lost.code == 0)
		smtp_reply_set(&b->lost, 451, "4.4.1",
			"No server behind us can be reached; try again later");
	tell(ctx, b, why,
		b->kept && b->absent && !b->in_doubt ? "it is kept here once it has come"
						     : "the client is told to try again");
	proxy_backend_end(b);
}

/* ---- getting one ---- */

/* What the pool's hosts are called, as far as it is known. */
static void note_names(struct proxy_backend *b)
{
	const struct config_hops *hops = b->target.hops;
	struct ip ip = nexthop_live_ip(b->live);
	struct buf address;
	size_t n = 0;

	if (!hops || !hops->hide_names)
		return;
	b->hidden = arena_array(b->arena, struct slice, hops->hosts.n + 2);
	for (size_t i = 0; i < hops->hosts.n; i++)
		b->hidden[n++] = hops->hosts.v[i].place.name;
	buf_init(&address, 64);
	ip_format(&address, &ip);
	b->hidden[n++] = arena_dup(b->arena, buf_slice(&address));
	b->hidden[n++] = arena_dup(b->arena, nexthop_live_called(b->live));
	b->hidden_n = n;
	buf_done(&address);
}

/* Another member than that of the connection made ahead may have the message, and could be had. */
static bool is_elsewhere(const struct proxy_backend *b, const struct nexthop_ask *ask)
{
	return ask->prefer && ask->prefer != nexthop_conn_member_id(b->ahead) &&
	       nexthop_prefers(b->nexthop, &b->target, ask);
}

int proxy_backend_connect(struct ctx *ctx, struct proxy_backend *b, const struct client_rcpt *rcpts,
	size_t n, struct smtp_reply *ret_mail, struct smtp_reply *ret, const char **ret_why)
{
	const struct nexthop_ask ask = proxy_ask_of(b, rcpts, n);
	struct nexthop_conn *conn;
	struct nexthop_failure failure;
	struct nexthop_broken broken;
	int r = 0;

	if (!proxy_wide_may_connect(b, ret_why))
		return ERR_UNREACHABLE;
	if (b->held)
		conn = b->held;
	else if (b->ahead && !is_elsewhere(b, &ask))
		conn = b->ahead;
	else
		r = nexthop_acquire(ctx, b->nexthop, &b->target, &ask, &conn, &failure);
	if (r < 0 && b->ahead && ctx_check(ctx) == 0) {
		conn = b->ahead;
		r = 0;
	}
	b->ahead = NULL;
	b->lost.code = b->last_word.code = 0;
	b->absent = true;
	if (r < 0 && ctx_check(ctx) < 0)
		return ctx_check(ctx); /* nobody says why */
	if (r < 0) {
		*ret_why = failure.text;
		refuse(ctx, b, &failure);
		return ERR_UNREACHABLE;
	}
	b->name = arena_dup(b->arena, nexthop_conn_name(conn));
	proxy_ask_hurry(b, conn, &ask);
	r = nexthop_live_begin(
		ctx, conn, b->reverse_path, &b->params, rcpts, n, &b->live, ret_mail, ret, &broken);
	b->member = nexthop_live_member_id(b->live);
	note_names(b);
	proxy_blame_heard(b, ret, n);
	if (r == ERR_UNREACHABLE)
		proxy_backend_broke(ctx, b, &broken, ret_why);
	return r;
}

/* Those that were taken. */
static size_t taken_of(const struct proxy_answered *a, struct client_rcpt *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < a->n; i++)
		if (a->classes[i] == 2)
			ret[n++] = a->rcpts[i];
	return n;
}

static bool are_taken(const struct smtp_reply *said, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!smtp_reply_is_positive(&said[i]))
			return false;
	return true;
}

void proxy_backend_give_up(struct ctx *ctx, struct proxy_backend *b, const char *why)
{
	tell(ctx, b, why, "another backend is asked while the client waits");
	if (b->live && b->failed_n < PROXY_REPLACE_MAX + 1)
		b->failed[b->failed_n++] = nexthop_live_member(b->live);
	proxy_backend_end(b);
}

int proxy_backend_say_again(struct ctx *ctx, struct proxy_backend *b, const char **ret_why)
{
	const struct proxy_answered *a = &b->answered;
	struct arena scratch = ARENA_INIT; /* the transaction's would grow each time */
	struct smtp_reply mail, *said = arena_array(&scratch, struct smtp_reply, a->n + 1);
	struct client_rcpt *rcpts = arena_array(&scratch, struct client_rcpt, a->n + 1);
	size_t n = taken_of(a, rcpts);
	int r = proxy_backend_connect(ctx, b, rcpts, n, &mail, said, ret_why);
	bool same = r == 0 && mail.code < 400 && are_taken(said, n);

	b->said_again += n;
	arena_reset(&scratch);
	if (r != 0 || same)
		return r;
	*ret_why = b->parted ? "said again, the envelope is answered differently"
			     : "another backend answers differently";
	return ERR_UNREACHABLE;
}

/* A command of the client, which a backend answers or is lost by. Fails as nexthop_live_*. */
struct step {
	int (*ask)(struct ctx *ctx, struct proxy_backend *b, const struct step *s,
		struct nexthop_broken *ret_broken);
	const struct client_rcpt *rcpts; /* without an answer so far */
	size_t n;
	struct smtp_reply *ret; /* code 0 until it is there */
	struct smtp_reply *mail; /* to MAIL, with which it begins; NULL: it does not */
};

/* What was heard stands, whoever is lost after it. */
static void note_heard(struct proxy_backend *b, struct step *s)
{
	proxy_blame_heard(b, s->ret, s->n);
	for (; s->n && s->ret->code; s->rcpts++, s->ret++, s->n--)
		proxy_backend_remember(b, s->rcpts, s->ret);
}

static int ask(struct ctx *ctx, struct proxy_backend *b, struct step *s, const char **why)
{
	const struct proxy_answered *a = &b->answered;
	struct nexthop_ask all = proxy_ask_of(b, a->rcpts, a->n);
	struct nexthop_broken broken;

	all.needs |= proxy_offers_needs(&b->params, s->rcpts, s->n);
	proxy_ask_hurry(b, nexthop_live_conn(b->live), &all);
	int r = s->ask(ctx, b, s, &broken);

	note_heard(b, s);
	if (r == ERR_UNREACHABLE)
		proxy_backend_broke(ctx, b, &broken, why);
	return r;
}

/* Nobody has answered a recipient: MAIL and all of them in one. */
static int begin(struct ctx *ctx, struct proxy_backend *b, struct step *s, const char **why)
{
	int r = proxy_backend_connect(ctx, b, s->rcpts, s->n, s->mail, s->ret, why);

	note_heard(b, s);
	return r;
}

/* A backend is brought to where the last one was, and asked. */
static int ask_anew(struct ctx *ctx, struct proxy_backend *b, struct step *s, const char **why)
{
	if (s->mail && b->answered.n == 0)
		return begin(ctx, b, s, why);
	b->more_needs = proxy_offers_needs(&b->params, s->rcpts, s->n);
	int r = proxy_backend_say_again(ctx, b, why);

	return r == 0 ? ask(ctx, b, s, why) : r;
}

static int ask_another(struct ctx *ctx, struct proxy_backend *b, struct step *s, const char **why)
{
	b->replaced++;
	proxy_backend_give_up(ctx, b, *why);
	return ask_anew(ctx, b, s, why);
}

/* Before the content: whoever is lost is replaced. 0; ERR_UNREACHABLE: nobody is left, `lost`
 * is set; else as ctx_check. */
static int ask_somebody(struct ctx *ctx, struct proxy_backend *b, struct step *s)
{
	struct deadline d;
	const char *why = NULL;

	proxy_ask_begin(b);
	int r = b->live ? ask(ctx, b, s, &why) : ask_anew(ctx, b, s, &why);

	ctx_narrow(ctx, &d, proxy_ask_replace_time(b));
	while (r == ERR_UNREACHABLE && proxy_ask_may_replace(b))
		r = ask_another(ctx, b, s, &why);
	r = ctx_widen(ctx, &d, r);
	if (r == 0)
		proxy_blame_done(ctx, b);
	if (r == 0 || ctx_check(ctx) < 0)
		return r;
	proxy_blame_failed(ctx, b, r != ERR_TIMEOUT);
	proxy_backend_lose(ctx, b, r == ERR_TIMEOUT ? "no other backend answered in time" : why);
	return ERR_UNREACHABLE;
}

/* ---- the envelope ---- */

int proxy_backend_mail(struct ctx *ctx, struct proxy_backend *b, struct smtp_reply *ret)
{
	struct step step = { .mail = ret };
	usec_t began = clock_now();

	if (b->pretence) {
		b->pretence->asked++;
		smtp_reply_set(ret, 250, "2.1.0", "The server behind us takes it");
		return 0;
	}
	int r = ask_somebody(ctx, b, &step);

	b->told = clock_now();
	b->waited += b->told - began;
	return r == ERR_UNREACHABLE ? 0 : r;
}

void proxy_backend_remember(
	struct proxy_backend *b, const struct client_rcpt *rcpt, const struct smtp_reply *said)
{
	struct proxy_answered *a = &b->answered;

	if (a->n == a->room) {
		const struct proxy_answered old = *a;

		a->room = a->room ? 2 * a->room : 8;
		a->rcpts = arena_array(b->arena, struct client_rcpt, a->room);
		a->classes = arena_array(b->arena, uint8_t, a->room);
		if (old.n) {
			memcpy(a->rcpts, old.rcpts, old.n * sizeof(*old.rcpts));
			memcpy(a->classes, old.classes, old.n);
		}
	}
	a->rcpts[a->n].last = false; /* should it be said again */
	a->rcpts[a->n].path = rcpt->path; /* in the arena already */
	smtp_rcpt_params_dup(b->arena, &rcpt->params, &a->rcpts[a->n].params);
	a->classes[a->n++] = (uint8_t)(said->code / 100U);
}

/* Nobody is asked. */
static int pretend(struct proxy_backend *b, size_t n, struct smtp_reply *ret)
{
	b->pretence->asked++;
	for (size_t i = 0; i < n; i++)
		smtp_reply_set(&ret[i], 250, "2.1.5", "The server behind us takes it");
	return 0;
}

static int ask_rcpts(struct ctx *ctx, struct proxy_backend *b, const struct step *s,
	struct nexthop_broken *ret_broken)
{
	return nexthop_live_rcpts(ctx, b->live, s->rcpts, s->n, s->ret, ret_broken);
}

int proxy_backend_rcpts(struct ctx *ctx, struct proxy_backend *b, const struct client_rcpt *rcpts,
	size_t n, struct smtp_reply *ret)
{
	struct smtp_reply mail = { 0 };
	struct step step = { ask_rcpts, rcpts, n, ret, b->live || b->parted ? NULL : &mail };
	usec_t began = clock_now();

	for (size_t i = 0; i < n; i++)
		ret[i].code = 0;
	if (b->lost.code)
		return 0;
	if (b->pretence)
		return pretend(b, n, ret);
	int r = ask_somebody(ctx, b, &step);

	/* It comes as the reply to the recipients, since MAIL was answered before. */
	if (r == 0 && mail.code >= 400)
		proxy_backend_refused(b, &mail);
	b->told = clock_now();
	b->waited += b->told - began;
	return r == ERR_UNREACHABLE ? 0 : r;
}

/* ---- the content ---- */

static int ask_open(struct ctx *ctx, struct proxy_backend *b, const struct step *s,
	struct nexthop_broken *ret_broken)
{
	return nexthop_live_open(ctx, b->live, s->ret, ret_broken);
}

int proxy_backend_open(struct ctx *ctx, struct proxy_backend *b, struct smtp_reply *ret_refusal)
{
	struct step step = { .ask = ask_open, .ret = ret_refusal };
	usec_t began = clock_now();
	int r;

	ret_refusal->code = 0;
	if (b->lost.code)
		return 0;
	if (b->pretence)
		return pretend(b, 0, NULL);
	r = ask_somebody(ctx, b, &step);
	b->waited += clock_now() - began;
	return r == ERR_UNREACHABLE ? 0 : r;
}

struct slice proxy_backend_accepted(const struct proxy_backend *b, size_t i)
{
	const struct proxy_answered *a = &b->answered;
	size_t at = 0;

	while (a->classes[at] != 2 || i-- > 0)
		at++;
	return a->rcpts[at].path;
}

static bool is_soft(const struct proxy_backend *b)
{
	return b->target.hops && b->target.hops->soft_rejects;
}

static struct proxy_reply_rules rules_of(const struct proxy_backend *b)
{
	return (struct proxy_reply_rules){
		.utf8 = smtp_mail_params_has(&b->params, SMTP_PARAM_SMTPUTF8),
		.hidden = b->hidden,
		.hidden_n = b->hidden_n,
		.instead = b->hostname,
	};
}

void proxy_backend_pass(const struct proxy_backend *b, struct arena *a,
	const struct smtp_reply *said, const char *detail, struct smtp_reply *ret)
{
	const struct proxy_reply_rules rules = rules_of(b);

	proxy_reply_pass(a, said, detail, &rules, ret);
	if (is_soft(b))
		proxy_reply_soften(ret);
}

void proxy_backend_pass_verdict(const struct proxy_backend *b, struct arena *a,
	const struct smtp_reply *said, struct smtp_reply *ret)
{
	const struct proxy_reply_rules rules = rules_of(b);

	proxy_reply_pass_verdict(a, said, &rules, ret);
	if (is_soft(b))
		proxy_reply_soften(ret);
}

usec_t proxy_backend_answer_time(const struct proxy_backend *b)
{
	return b->target.hops ? b->target.hops->answer_timeout : ANSWER_TIME;
}

void proxy_backend_refused(struct proxy_backend *b, const struct smtp_reply *said)
{
	smtp_reply_keep(said, &b->last_word);
	proxy_backend_pass(b, b->arena, said, "0.0", &b->lost);
	b->absent = smtp_reply_is_about_session(said);
	proxy_backend_end(b);
}

void proxy_backend_turn_to(struct proxy_backend *b, const struct nexthop_target *target)
{
	proxy_backend_end(b);
	b->target = *target;
	b->who = NULL;
	b->identity = b->name = SLICE_NIL;
	b->member = 0;
	b->answered.n = 0;
	b->parted = false;
	b->more_needs = 0;
	b->replaced = 0;
	b->failed_n = b->hidden_n = 0;
	b->blame = (struct proxy_blame){ 0 };
	b->lost.code = b->last_word.code = 0;
	b->absent = b->in_doubt = false;
}

/* ---- while the client says nothing ---- */

void proxy_backend_part(struct proxy_backend *b)
{
	b->parted = true;
	if (!b->live)
		return;
	b->parted_n++;
	metric_add(METRIC_BACKENDS_RELEASED, 1);
	proxy_backend_end(b);
}

static bool may_part(const struct proxy_backend *b)
{
	return b->parted_n == 0 || (b->parted_n < PROXY_PART_MAX &&
					   b->said_again + b->answered.n <= PROXY_PART_RCPTS_MAX);
}

void proxy_backend_leave_to_others(struct proxy_backend *b)
{
	smtp_reply_set(
		&b->lost, 451, "4.3.2", "Others wait for the servers behind us; try again later");
	b->absent = false;
	proxy_backend_end(b);
}

bool proxy_backend_part_in_silence(struct proxy_backend *b)
{
	if (may_part(b)) {
		proxy_backend_part(b);
		return true;
	}
	metric_add(METRIC_RELEASES_SPENT, !b->stays);
	b->stays = true;
	return false;
}

int proxy_backend_noop(struct ctx *ctx, struct proxy_backend *b)
{
	const char *why;
	int r = nexthop_quiet_noop(ctx, nexthop_live_conn(b->live), &why);

	if (r != ERR_UNREACHABLE)
		return r;
	if (b->held) {
		proxy_backend_lose(ctx, b, why);
		return 0;
	}
	proxy_backend_give_up(ctx, b, why);
	b->parted = true;
	return 0;
}

void proxy_backend_end(struct proxy_backend *b)
{
	nexthop_live_end(b->live);
	b->live = NULL;
}
