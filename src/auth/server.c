/* One function a mechanism, each reading like its RFC; what they share is the end: verify, count
 * the failure, say how long to wait. A step returns 0 to go on, ENDED when the outcome is set,
 * or the error of the session. */
#include "auth/server.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>

#include "auth/message.h"
#include "auth/scram.h"
#include "auth/throttle.h"
#include "auth/turn.h"
#include "auth/users.h"
#include "auth/verified.h"
#include "auth/verify.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "rt/clock.h"
#include "rt/random.h"
#include "rt/stream.h"
#include "rt/tls.h"

#define ENDED 1

#define WAITING_DEFAULT 1024
#define WAIT_DEFAULT	(5 * USEC_PER_SEC)
#define CACHE_DEFAULT	(5 * USEC_PER_MIN)
#define BINDING_MAX	64

struct auth_server {
	struct auth_users *users;
	struct auth_throttle *throttle, *own_throttle;
	struct auth_verified *verified;
	struct auth_verify *verify;
	usec_t delay_max;
	uint8_t decoy_key[AUTH_KEY_BYTES]; /* chooses what unknown users look like */
};

/* One AUTH command under way. */
struct exchange {
	struct auth_server *a;
	const struct auth_request *req;
	struct auth_result *ret;
	struct auth_users *users; /* a reference */
	enum auth_mech mech;
};

static usec_t or_default(usec_t value, usec_t otherwise)
{
	return value > 0 ? value : otherwise;
}

/* Names that nobody has must look like names that somebody has. A password is checked against the
 * secret of one of the users, for each name always the same one, so that mixed kinds of secrets
 * tell nothing by the time they take; SCRAM shows the first user's rounds, and for each name
 * always the same salt. The key of both comes from the first user's secret, so that all workers,
 * also after a restart, show the same. */
static void make_decoy_key(struct auth_server *a)
{
	const struct auth_user *first = auth_users_at(a->users, 0);
	struct slice seed;

	if (first->secret.kind == AUTH_SECRET_CRYPT)
		seed = slice_str(first->secret.crypt);
	else
		seed = slice_of(first->secret.scram.stored, sizeof(first->secret.scram.stored));
	if (!EVP_Digest(seed.p, seed.n, a->decoy_key, NULL, EVP_sha256(), NULL))
		random_bytes(a->decoy_key, sizeof(a->decoy_key));
}

void auth_server_set_users(struct auth_server *a, struct auth_users *users)
{
	struct auth_users *old = a->users;

	a->users = users && auth_users_count(users) > 0 ? auth_users_ref(users) : NULL;
	auth_users_unref(old);
	auth_verified_clear(a->verified);
	if (a->users)
		make_decoy_key(a);
}

struct auth_server *auth_server_new(const struct auth_settings *s, struct auth_users *users)
{
	struct auth_server *a = mem_zalloc(sizeof(*a));
	uint8_t key[32];

	random_bytes(key, sizeof(key));
	a->delay_max = or_default(s->delay_max, AUTH_THROTTLE_DELAY_MAX);
	a->throttle = s->throttle;
	if (!a->throttle)
		a->throttle = a->own_throttle = auth_throttle_new(random_hash_key(),
			s->refuse_after ? s->refuse_after : AUTH_THROTTLE_REFUSE_AFTER,
			a->delay_max);
	a->verified = auth_verified_new(key, or_default(s->cache_life, CACHE_DEFAULT));
	a->verify = auth_verify_new(s->threads ? s->threads : 1,
		s->waiting_max ? s->waiting_max : WAITING_DEFAULT,
		or_default(s->wait_max, WAIT_DEFAULT));
	mem_wipe(key, sizeof(key));
	auth_server_set_users(a, users);
	return a;
}

void auth_server_free(struct auth_server *a)
{
	if (!a)
		return;
	auth_verify_free(a->verify);
	auth_verified_free(a->verified);
	auth_throttle_free(a->own_throttle);
	auth_users_unref(a->users);
	mem_wipe(a, sizeof(*a));
	free(a);
}

const struct auth_users *auth_server_users(const struct auth_server *a)
{
	return a->users;
}

bool auth_server_refuses(const struct auth_server *a, const struct ip *client)
{
	return auth_throttle_refuses(a->throttle, client, clock_now());
}

usec_t auth_server_note_failed(struct auth_server *a, const struct ip *client, struct slice name)
{
	return auth_throttle_failed(a->throttle, client, name, clock_now());
}

void auth_server_note_good(struct auth_server *a, const struct ip *client, struct slice name)
{
	auth_throttle_succeeded(a->throttle, client, name, clock_now());
}

unsigned auth_server_offers(const struct auth_server *a, const struct stream *stream, bool clear_ok)
{
	unsigned offers = 0;
	const char *type;
	struct buf binding;

	if (!a->users)
		return 0;
	if (clear_ok)
		offers |= AUTH_BIT(AUTH_PLAIN) | AUTH_BIT(AUTH_LOGIN);
	if (!auth_users_have_scram(a->users))
		return offers;
	offers |= AUTH_BIT(AUTH_SCRAM_SHA_256);
	buf_init(&binding, BINDING_MAX);
	if (stream && stream_tls_binding(stream, &type, &binding))
		offers |= AUTH_BIT(AUTH_SCRAM_SHA_256_PLUS);
	buf_done_secret(&binding);
	return offers;
}

void auth_server_format_offers(unsigned offers, struct buf *ret)
{
	const char *space = "";

	for (int i = AUTH_MECH_COUNT - 1; i >= 0; i--) {
		if (!(offers & AUTH_BIT(i)))
			continue;
		buf_printf(ret, "%s%s", space, auth_mech_name((enum auth_mech)i));
		space = " ";
	}
}

static int end(struct exchange *x, enum auth_outcome outcome, const char *why)
{
	x->ret->outcome = outcome;
	x->ret->why = why;
	return ENDED;
}

static void set_name(struct exchange *x, struct slice name)
{
	name = slice_take(name, AUTH_NAME_MAX);
	memcpy(x->ret->name, name.p ? name.p : "", name.n);
	x->ret->name[name.n] = 0;
}

/* Counted against address and user; the answer will be late. */
static int end_failed(struct exchange *x, enum auth_outcome outcome, const char *why)
{
	x->ret->delay = auth_throttle_failed(
		x->a->throttle, &x->req->client, slice_str(x->ret->name), clock_now());
	return end(x, outcome, why);
}

static int end_granted(struct exchange *x, const struct auth_user *user)
{
	if (user->disabled)
		return end_failed(x, AUTH_DISABLED, "the user is disabled");
	auth_throttle_succeeded(x->a->throttle, &x->req->client, user->name, clock_now());
	set_name(x, user->name);
	return end(x, AUTH_OK, "");
}

/* Appends what the client sent, decoded. */
static int decode(struct exchange *x, struct slice text, struct buf *ret)
{
	if (slice_eq(text, S("*")))
		return end(x, AUTH_CANCELLED, "the client gave up");
	if (!text_base64_decode(ret, text))
		return end(x, AUTH_SYNTAX, "not base64");
	return 0;
}

/* Sends a challenge, appends the answer. Suspends. */
static int ask(struct ctx *ctx, struct exchange *x, struct slice challenge, struct buf *ret)
{
	struct buf text, line;
	int r;

	buf_init(&text, AUTH_LINE_MAX);
	buf_init(&line, AUTH_LINE_MAX);
	text_base64(&text, challenge);
	r = x->req->ask(ctx, x->req->arg, buf_slice(&text), &line); /* suspends */
	if (r == ERR_LIMIT || (r == 0 && line.failed))
		r = end(x, AUTH_SYNTAX, "a line over 12288 bytes");
	else if (r == 0)
		r = decode(x, buf_slice(&line), ret);
	buf_done(&text);
	buf_done_secret(&line);
	return r;
}

/* The client's first message: given with the command, or asked for by an empty challenge.
 * Suspends. */
static int first_message(
	struct ctx *ctx, struct exchange *x, struct slice challenge, struct buf *ret)
{
	if (!x->req->has_initial)
		return ask(ctx, x, challenge, ret); /* suspends */
	if (x->req->initial.n == 0 || slice_eq(x->req->initial, S("=")))
		return 0;
	if (x->req->initial.n > AUTH_LINE_MAX)
		return end(x, AUTH_SYNTAX, "an initial response over 12288 bytes");
	return decode(x, x->req->initial, ret);
}

/* Does this name have to wait, or is it refused? 0 with the rank, or ENDED. */
static int rank_of(struct exchange *x, enum auth_rank *ret)
{
	*ret = auth_throttle_rank(
		x->a->throttle, &x->req->client, slice_str(x->ret->name), clock_now());
	if (*ret != AUTH_RANK_REFUSED)
		return 0;
	x->ret->delay = x->a->delay_max;
	return end(x, AUTH_REFUSED, "too many failed log-ins from this address");
}

static void digest_name(
	const struct auth_server *a, struct slice name, uint8_t ret[static AUTH_KEY_BYTES])
{
	uint8_t lower[AUTH_NAME_MAX];

	name = slice_take(name, sizeof(lower));
	for (size_t i = 0; i < name.n; i++)
		lower[i] = (uint8_t)ascii_lower(name.p[i]);
	(void)HMAC(EVP_sha256(), a->decoy_key, sizeof(a->decoy_key), lower, name.n, ret, NULL);
}

/* The secret that a name which nobody has is checked against; the result does not count. */
static const struct auth_secret *decoy_of(const struct exchange *x, const uint8_t digest[static 2])
{
	size_t at = (size_t)(digest[0] << 8 | digest[1]) % auth_users_count(x->users);

	return &auth_users_at(x->users, at)->secret;
}

/* user NULL: the same work for nothing. Suspends. */
static int verify(struct ctx *ctx, struct exchange *x, const struct auth_user *user,
	struct slice raw, struct slice prepared)
{
	uint8_t digest[AUTH_KEY_BYTES] = { 0 };
	enum auth_outcome outcome;
	enum auth_rank rank;
	int r = rank_of(x, &rank);

	if (r != 0)
		return r;
	digest_name(x->a, slice_str(x->ret->name), digest);
	const struct auth_secret *secret = user ? &user->secret : decoy_of(x, digest);

	r = auth_verify_password(ctx, x->a->verify, rank, &x->req->client, secret, raw, prepared,
		&outcome); /* suspends */
	if (r < 0)
		return r;
	if (outcome == AUTH_BUSY)
		return end(x, AUTH_BUSY, "too many log-ins wait");
	if (outcome == AUTH_FAULT)
		return end(x, AUTH_FAULT, "the secret could not be checked");
	if (!user)
		return end_failed(x, AUTH_WRONG, "no such user");
	if (outcome != AUTH_OK)
		return end_failed(x, AUTH_WRONG, "wrong password");
	return end_granted(x, user);
}

/* For PLAIN and LOGIN. Suspends. */
static int check_password(
	struct ctx *ctx, struct exchange *x, struct slice name, struct slice password)
{
	const struct auth_user *user = auth_users_find(x->users, name);
	struct buf prepared;
	bool cached;
	int r;

	set_name(x, user ? user->name : name);
	/* Asked for unknown names too, which it never has: the same time. */
	cached = auth_verified_has(
		x->a->verified, &x->req->client, slice_str(x->ret->name), password, clock_now());
	if (user && cached)
		return end_granted(x, user);
	buf_init(&prepared, AUTH_PASSWORD_MAX);
	if (auth_secret_prepare(password, &prepared) < 0) {
		/* crypt(3) takes the bytes as they are; SCRAM never kept such a password. */
		buf_clear(&prepared);
		buf_putc(&prepared, '-');
		if (user && user->secret.kind == AUTH_SECRET_SCRAM)
			user = NULL;
	}
	r = verify(ctx, x, user, password, buf_slice(&prepared)); /* suspends */
	buf_done_secret(&prepared);
	if (r == ENDED && x->ret->outcome == AUTH_OK && x->users == x->a->users)
		auth_verified_add(
			x->a->verified, &x->req->client, user->name, password, clock_now());
	return r;
}

/* RFC 4616. Suspends. */
static int run_plain(struct ctx *ctx, struct exchange *x)
{
	struct auth_plain plain;
	struct buf message;
	int r;

	buf_init(&message, AUTH_LINE_MAX);
	r = first_message(ctx, x, SLICE_NIL, &message); /* suspends */
	if (r == 0 && auth_message_plain(buf_slice(&message), &plain) < 0)
		r = end(x, AUTH_SYNTAX, "not the message of PLAIN");
	if (r == 0 && plain.authzid.n > 0 && !slice_eq_nocase(plain.authzid, plain.authcid)) {
		set_name(x, plain.authcid);
		r = end_failed(x, AUTH_WRONG, "wants to act for another user");
	}
	if (r == 0)
		r = check_password(ctx, x, plain.authcid, plain.password); /* suspends */
	buf_done_secret(&message);
	return r;
}

/* Two questions; the texts are what clients expect to see. Suspends. */
static int run_login(struct ctx *ctx, struct exchange *x)
{
	struct buf name, password;
	int r;

	buf_init(&name, AUTH_LINE_MAX);
	buf_init(&password, AUTH_LINE_MAX);
	r = first_message(ctx, x, S("Username:"), &name); /* suspends */
	if (r == 0)
		r = ask(ctx, x, S("Password:"), &password); /* suspends */
	if (r == 0 && (name.n == 0 || name.n > AUTH_NAME_MAX || password.n == 0 ||
			      password.n > AUTH_PASSWORD_MAX))
		r = end(x, AUTH_SYNTAX, "a name or password that is empty or too long");
	if (r == 0)
		r = check_password(ctx, x, buf_slice(&name), buf_slice(&password)); /* suspends */
	buf_done(&name);
	buf_done_secret(&password);
	return r;
}

/* What an unknown user's secret seems to be. */
static void decoy_for(const struct exchange *x, struct slice name, struct auth_scram *ret)
{
	uint8_t digest[AUTH_KEY_BYTES] = { 0 };

	digest_name(x->a, name, digest);
	const struct auth_secret *like = &auth_users_at(x->users, 0)->secret;

	*ret = (struct auth_scram){ .rounds = AUTH_ROUNDS_DEFAULT, .salt_n = AUTH_SALT_DEFAULT };
	if (like->kind == AUTH_SECRET_SCRAM) {
		ret->rounds = like->scram.rounds;
		ret->salt_n = like->scram.salt_n;
	}
	if (ret->salt_n > sizeof(digest))
		ret->salt_n = sizeof(digest);
	memcpy(ret->salt, digest, ret->salt_n);
	random_bytes(ret->stored, sizeof(ret->stored));
	random_bytes(ret->server, sizeof(ret->server));
}

static int scram_failed(struct exchange *x, enum auth_outcome outcome, bool known)
{
	if (outcome == AUTH_WRONG)
		return end_failed(x, AUTH_WRONG,
			known ? "wrong password or channel binding" : "no such user");
	if (outcome == AUTH_SYNTAX)
		return end(x, AUTH_SYNTAX, "not a message of SCRAM");
	return end(x, AUTH_FAULT, "GNU SASL failed");
}

/* The messages after the first. Suspends. */
static int scram_talk(struct ctx *ctx, struct exchange *x, struct auth_scram_session *s,
	const struct auth_user *user, struct buf *message)
{
	struct buf out;
	bool done = false;
	int r = 0;

	buf_init(&out, AUTH_LINE_MAX);
	while (r == 0 && !done) {
		enum auth_outcome outcome;

		buf_clear(&out);
		outcome = auth_scram_step(s, buf_slice(message), &out, &done);
		if (outcome == AUTH_OK && done && !user)
			outcome = AUTH_WRONG; /* nobody guesses the decoy's random keys */
		if (outcome != AUTH_OK) {
			r = scram_failed(x, outcome, user != NULL);
			break;
		}
		if (done && user->disabled)
			break; /* no proof of ours for a user that may not enter */
		buf_clear(message);
		r = ask(ctx, x, buf_slice(&out), message); /* suspends */
	}
	buf_done(&out);
	if (r != 0)
		return r;
	if (!user->disabled && message->n > 0)
		return end(x, AUTH_SYNTAX, "an answer to the server's proof");
	return end_granted(x, user);
}

/* Does the first message's header fit the mechanism and the offer? RFC 5802 section 6. */
static int scram_check_header(
	struct exchange *x, const struct auth_scram_first *first, struct slice name)
{
	bool plus = x->mech == AUTH_SCRAM_SHA_256_PLUS;
	struct buf authzid;
	bool other;

	if ((first->gs2 == AUTH_GS2_BOUND) != plus)
		return end(x, AUTH_SYNTAX, "a channel binding that does not fit the mechanism");
	if (first->gs2 == AUTH_GS2_UNSEEN && (x->req->offers & AUTH_BIT(AUTH_SCRAM_SHA_256_PLUS)))
		return end_failed(x, AUTH_WRONG, "somebody hid SCRAM-SHA-256-PLUS from the client");
	if (first->authzid.n == 0)
		return 0;
	buf_init(&authzid, AUTH_NAME_MAX);
	other = auth_message_saslname(first->authzid, &authzid) < 0 ||
		!slice_eq_nocase(buf_slice(&authzid), name);
	buf_done(&authzid);
	return other ? end_failed(x, AUTH_WRONG, "wants to act for another user") : 0;
}

/* RFC 5802 section 5, once the name is known. Suspends. */
static int scram_for(struct ctx *ctx, struct exchange *x, const struct auth_scram_first *first,
	struct slice name, struct buf *message)
{
	const struct auth_user *user = auth_users_find(x->users, name);
	bool usable = user && user->secret.kind == AUTH_SECRET_SCRAM;
	struct auth_scram_binding binding = { 0 };
	struct auth_scram_session *s = NULL;
	struct auth_scram secret;
	enum auth_rank rank;
	struct buf data;
	int r;

	set_name(x, user ? user->name : name);
	r = scram_check_header(x, first, name);
	if (r == 0)
		r = rank_of(x, &rank);
	if (r != 0)
		return r;
	if (usable)
		secret = user->secret.scram;
	else
		decoy_for(x, name, &secret);
	buf_init(&data, BINDING_MAX);
	if (x->mech == AUTH_SCRAM_SHA_256_PLUS &&
		(!x->req->stream || !stream_tls_binding(x->req->stream, &binding.type, &data) ||
			!slice_eq(slice_str(binding.type), first->binding))) {
		r = end_failed(x, AUTH_WRONG, "a kind of channel binding that we do not have");
	} else {
		binding.data = buf_slice(&data);
		if (auth_scram_start(&secret, binding.type ? &binding : NULL, &s) != AUTH_OK)
			r = end(x, AUTH_FAULT, "GNU SASL failed");
	}
	mem_wipe(&secret, sizeof(secret));
	buf_done_secret(&data);
	if (r == 0)
		r = scram_talk(ctx, x, s, usable ? user : NULL, message); /* suspends */
	auth_scram_end(s);
	return r;
}

/* Suspends. */
static int run_scram(struct ctx *ctx, struct exchange *x)
{
	struct auth_scram_first first;
	struct buf message, name;
	int r;

	buf_init(&message, AUTH_LINE_MAX);
	buf_init(&name, AUTH_NAME_MAX);
	r = first_message(ctx, x, SLICE_NIL, &message); /* suspends */
	if (r == 0 && (auth_message_scram_first(buf_slice(&message), &first) < 0 ||
			      auth_message_saslname(first.name, &name) < 0))
		r = end(x, AUTH_SYNTAX, "not the first message of SCRAM");
	if (r == 0)
		r = scram_for(ctx, x, &first, buf_slice(&name), &message); /* suspends */
	buf_done(&message);
	buf_done(&name);
	return r;
}

/* Suspends. */
static int run(struct ctx *ctx, struct exchange *x)
{
	x->mech = auth_mech_parse(x->req->mechanism);
	if (x->mech == AUTH_MECH_COUNT || !(x->req->offers & AUTH_BIT(x->mech)) || !x->users)
		return end(x, AUTH_UNSUPPORTED, "a mechanism that is not offered");
	switch (x->mech) {
	case AUTH_PLAIN:
		return run_plain(ctx, x);
	case AUTH_LOGIN:
		return run_login(ctx, x);
	case AUTH_SCRAM_SHA_256:
	case AUTH_SCRAM_SHA_256_PLUS:
		return run_scram(ctx, x);
	case AUTH_CRAM_MD5:
	case AUTH_MECH_COUNT:
		break;
	}
	return end(x, AUTH_UNSUPPORTED, "a mechanism that is not offered");
}

int auth_server_run(struct ctx *ctx, struct auth_server *a, const struct auth_request *req,
	struct auth_result *ret)
{
	struct exchange x = { .a = a, .req = req, .ret = ret };
	int r;

	*ret = (struct auth_result){ .outcome = AUTH_FAULT, .why = "" };
	if (a->users)
		x.users = auth_users_ref(a->users);
	r = run(ctx, &x);
	auth_users_unref(x.users);
	return r == ENDED ? 0 : r;
}
