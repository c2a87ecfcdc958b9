/* PLAIN and LOGIN are two lines of text; CRAM-MD5 and SCRAM are GNU SASL's. SCRAM's key
 * derivation takes milliseconds at the server's word, so that step is a job: it takes the
 * session of the library along, and if its waiter leaves meanwhile, frees it. */
#include "auth/client.h"

#include <stdlib.h>

#include "auth/gsasl_context.h"
#include "auth/message.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "rt/job.h"
#include "rt/tls.h"

#define BINDING_MAX 64

struct auth_client {
	enum auth_mech mech;
	Gsasl_session *sasl; /* CRAM-MD5, SCRAM; NULL once a job took it and was abandoned */
	struct buf first; /* what goes with the command, not encoded */
	struct buf user, password; /* LOGIN */
	unsigned steps; /* challenges answered, not counting an empty one for `first` */
	bool proved; /* the server knows the password too */
	const char *why;
};

/* One step of the library, on another thread. */
struct task {
	Gsasl_session *sasl;
	char *challenge, *out;
	size_t challenge_n, out_n;
	int rc;
};

static bool has_binding(const struct stream *stream, const char **ret_type, struct buf *ret)
{
	return stream && stream_tls_binding(stream, ret_type, ret);
}

enum auth_mech auth_client_choose(
	unsigned offered, const struct auth_client_env *env, const char **ret_why)
{
	const char *type;
	struct buf binding;

	buf_init(&binding, BINDING_MAX);
	if (!has_binding(env->stream, &type, &binding))
		offered &= ~AUTH_BIT(AUTH_SCRAM_SHA_256_PLUS);
	buf_done_secret(&binding);
	if (offered == 0) {
		*ret_why = "the server offers no mechanism that we know";
		return AUTH_MECH_COUNT;
	}
	if (!env->clear_ok)
		offered &= ~(AUTH_BIT(AUTH_PLAIN) | AUTH_BIT(AUTH_LOGIN));
	for (int i = AUTH_MECH_COUNT - 1; i >= 0; i--)
		if (offered & AUTH_BIT(i))
			return (enum auth_mech)i;
	*ret_why = "the server offers only mechanisms that give the password away, and there is "
		   "no TLS";
	return AUTH_MECH_COUNT;
}

static bool set_property(Gsasl_session *sasl, Gsasl_property property, struct slice s)
{
	return gsasl_property_set_raw(sasl, property, s.p, s.n) == GSASL_OK;
}

static bool set_binding(Gsasl_session *sasl, const struct stream *stream)
{
	const char *type = "";
	struct buf data, text;
	bool ok;

	buf_init(&data, BINDING_MAX);
	buf_init(&text, 4 * BINDING_MAX);
	ok = has_binding(stream, &type, &data);
	text_base64(&text, buf_slice(&data));
	ok = ok && set_property(sasl, auth_gsasl_context_binding(type), buf_slice(&text));
	buf_done_secret(&data);
	buf_done_secret(&text);
	return ok;
}

static enum auth_outcome start_sasl(struct auth_client *c, const struct auth_client_env *env,
	struct slice user, struct slice password)
{
	Gsasl *gsasl = auth_gsasl_context_get();
	char *out = NULL;
	size_t n = 0;
	int rc;

	if (!gsasl || gsasl_client_start(gsasl, auth_mech_name(c->mech), &c->sasl) != GSASL_OK)
		return AUTH_FAULT;
	if (!set_property(c->sasl, GSASL_AUTHID, user) ||
		!set_property(c->sasl, GSASL_PASSWORD, password))
		return AUTH_FAULT;
	if (c->mech == AUTH_CRAM_MD5)
		return AUTH_OK;
	if (c->mech == AUTH_SCRAM_SHA_256_PLUS && !set_binding(c->sasl, env->stream))
		return AUTH_UNSUPPORTED;
	rc = gsasl_step(c->sasl, "", 0, &out, &n);
	buf_put(&c->first, slice_of(out, n));
	gsasl_free(out);
	return rc == GSASL_NEEDS_MORE && !c->first.failed ? AUTH_OK : AUTH_SYNTAX;
}

static enum auth_outcome start(struct auth_client *c, const struct auth_client_env *env,
	struct slice user, struct slice password)
{
	switch (c->mech) {
	case AUTH_PLAIN:
		buf_putc(&c->first, 0);
		buf_put(&c->first, user);
		buf_putc(&c->first, 0);
		buf_put(&c->first, password);
		return AUTH_OK;
	case AUTH_LOGIN:
		buf_put(&c->user, user);
		buf_put(&c->password, password);
		return AUTH_OK;
	case AUTH_CRAM_MD5:
	case AUTH_SCRAM_SHA_256:
	case AUTH_SCRAM_SHA_256_PLUS:
		return start_sasl(c, env, user, password);
	case AUTH_MECH_COUNT:
		break;
	}
	return AUTH_UNSUPPORTED;
}

enum auth_outcome auth_client_new(enum auth_mech mech, const struct auth_client_env *env,
	struct slice user, struct slice password, struct auth_client **ret)
{
	struct auth_client *c;
	enum auth_outcome outcome;

	if (user.n == 0 || user.n > AUTH_NAME_MAX || password.n == 0 ||
		password.n > AUTH_PASSWORD_MAX || memchr(user.p, 0, user.n) ||
		memchr(password.p, 0, password.n))
		return AUTH_SYNTAX;
	c = mem_zalloc(sizeof(*c));
	c->mech = mech;
	c->why = "";
	buf_init(&c->first, AUTH_LINE_MAX);
	buf_init(&c->user, AUTH_NAME_MAX);
	buf_init(&c->password, AUTH_PASSWORD_MAX);
	outcome = start(c, env, user, password);
	if (outcome != AUTH_OK)
		auth_client_free(c);
	else
		*ret = c;
	return outcome;
}

void auth_client_free(struct auth_client *c)
{
	if (!c)
		return;
	if (c->sasl)
		gsasl_finish(c->sasl);
	buf_done_secret(&c->first);
	buf_done_secret(&c->user);
	buf_done_secret(&c->password);
	free(c);
}

static bool has_initial(const struct auth_client *c)
{
	return c->mech != AUTH_LOGIN && c->mech != AUTH_CRAM_MD5;
}

bool auth_client_initial(struct auth_client *c, struct buf *ret)
{
	if (!has_initial(c))
		return false;
	text_base64(ret, buf_slice(&c->first));
	return true;
}

static enum auth_outcome give_up(struct auth_client *c, enum auth_outcome outcome, const char *why)
{
	c->why = why;
	return outcome;
}

static enum auth_outcome outcome_of(struct auth_client *c, int rc)
{
	switch (rc) {
	case GSASL_OK:
		c->proved = true;
		return AUTH_OK;
	case GSASL_NEEDS_MORE:
		return AUTH_OK;
	case GSASL_AUTHENTICATION_ERROR:
		return give_up(
			c, AUTH_WRONG, "the server did not prove that it knows the password");
	case GSASL_SASLPREP_ERROR:
		return give_up(c, AUTH_SYNTAX,
			"the user's name or password holds characters that SASLprep forbids");
	case GSASL_MECHANISM_PARSE_ERROR:
	case GSASL_MECHANISM_CALLED_TOO_MANY_TIMES:
	case GSASL_BASE64_ERROR:
		return give_up(c, AUTH_SYNTAX, "the server's challenge is malformed");
	default:
		return give_up(c, AUTH_FAULT, "GNU SASL failed");
	}
}

static enum auth_outcome step_here(struct auth_client *c, struct slice challenge, struct buf *ret)
{
	char *out = NULL;
	size_t n = 0;
	int rc = gsasl_step(c->sasl, challenge.n ? challenge.p : "", challenge.n, &out, &n);
	enum auth_outcome outcome = outcome_of(c, rc);

	if (outcome == AUTH_OK)
		text_base64(ret, slice_of(out, n));
	gsasl_free(out);
	return outcome;
}

static int run(struct job *job, void *arg)
{
	struct task *t = arg;

	(void)job; /* the permission to burn */
	t->rc = gsasl_step(t->sasl, t->challenge, t->challenge_n, &t->out, &t->out_n);
	return 0;
}

static void drop(void *arg)
{
	struct task *t = arg;

	if (t->sasl)
		gsasl_finish(t->sasl);
	gsasl_free(t->out);
	free(t->challenge);
	free(t);
}

static int step_in_job(struct ctx *ctx, struct auth_client *c, struct pool *pool,
	struct slice challenge, struct buf *ret, enum auth_outcome *ret_outcome)
{
	struct task *t = mem_zalloc(sizeof(*t));
	int r;

	t->challenge = mem_strdup(challenge);
	t->challenge_n = challenge.n;
	t->sasl = c->sasl;
	c->sasl = NULL;
	r = pool_run(ctx, pool, &(struct job_call){ .run = run, .drop = drop, .arg = t });
	if (r == ERR_CANCELLED || r == ERR_TIMEOUT)
		return r; /* the task is gone, or will be */
	c->sasl = t->sasl;
	t->sasl = NULL;
	if (r < 0)
		*ret_outcome = give_up(c, AUTH_BUSY, "too many log-ins wait for their keys");
	else
		*ret_outcome = outcome_of(c, t->rc);
	if (*ret_outcome == AUTH_OK)
		text_base64(ret, slice_of(t->out, t->out_n));
	drop(t);
	return 0;
}

/* RFC 5802 section 5: server-first asks for the slow step, server-final is the server's proof. */
static int step_scram(struct ctx *ctx, struct auth_client *c, struct pool *pool,
	struct slice challenge, struct buf *ret, enum auth_outcome *ret_outcome)
{
	uint64_t rounds;

	if (c->steps > 1) {
		if (slice_starts(challenge, S("e=")))
			*ret_outcome = give_up(c, AUTH_WRONG, "the server refused our proof");
		else
			*ret_outcome = step_here(c, challenge, ret);
		return 0;
	}
	if (auth_message_scram_rounds(challenge, &rounds) < 0) {
		*ret_outcome = give_up(c, AUTH_SYNTAX, "the server's challenge is malformed");
		return 0;
	}
	if (rounds > AUTH_CLIENT_ROUNDS_MAX) {
		*ret_outcome = give_up(c, AUTH_UNSUPPORTED,
			"the server demands more than 100000 rounds of key derivation");
		return 0;
	}
	return step_in_job(ctx, c, pool, challenge, ret, ret_outcome); /* suspends */
}

static enum auth_outcome step_login(struct auth_client *c, struct buf *ret)
{
	if (c->steps > 2)
		return give_up(c, AUTH_SYNTAX, "the server asks more than LOGIN has answers");
	text_base64(ret, buf_slice(c->steps == 1 ? &c->user : &c->password));
	return AUTH_OK;
}

static int step(struct ctx *ctx, struct auth_client *c, struct pool *pool, struct slice challenge,
	struct buf *ret, enum auth_outcome *ret_outcome)
{
	if (has_initial(c) && c->steps == 0 && challenge.n == 0) {
		text_base64(ret, buf_slice(&c->first));
		*ret_outcome = AUTH_OK;
		return 0;
	}
	c->steps++;
	switch (c->mech) {
	case AUTH_LOGIN:
		*ret_outcome = step_login(c, ret);
		return 0;
	case AUTH_CRAM_MD5:
		*ret_outcome = step_here(c, challenge, ret);
		return 0;
	case AUTH_SCRAM_SHA_256:
	case AUTH_SCRAM_SHA_256_PLUS:
		return step_scram(ctx, c, pool, challenge, ret, ret_outcome); /* suspends */
	case AUTH_PLAIN:
	case AUTH_MECH_COUNT:
		break;
	}
	*ret_outcome = give_up(c, AUTH_SYNTAX, "the server asks more than PLAIN has answers");
	return 0;
}

int auth_client_step(struct ctx *ctx, struct auth_client *c, struct pool *pool,
	struct slice challenge, struct buf *ret, enum auth_outcome *ret_outcome)
{
	struct buf decoded;
	int r = 0;

	buf_init(&decoded, AUTH_LINE_MAX);
	/* LOGIN's questions are for people; some servers do not even encode them. */
	if (c->mech != AUTH_LOGIN && !text_base64_decode(&decoded, challenge))
		*ret_outcome = give_up(c, AUTH_SYNTAX, "the server's challenge is not base64");
	else
		r = step(ctx, c, pool, buf_slice(&decoded), ret, ret_outcome); /* suspends */
	buf_done(&decoded);
	return r;
}

enum auth_outcome auth_client_done(struct auth_client *c, struct slice text)
{
	struct buf decoded, unused;
	enum auth_outcome outcome = AUTH_OK;

	if (c->mech != AUTH_SCRAM_SHA_256 && c->mech != AUTH_SCRAM_SHA_256_PLUS)
		return AUTH_OK;
	buf_init(&decoded, AUTH_LINE_MAX);
	buf_init(&unused, AUTH_LINE_MAX);
	text = slice_trim(text);
	if (!c->proved && c->steps == 1 && text.n > 0 && text_base64_decode(&decoded, text))
		outcome = step_here(c, buf_slice(&decoded), &unused);
	buf_done(&decoded);
	buf_done(&unused);
	if (outcome == AUTH_OK && !c->proved)
		outcome = give_up(
			c, AUTH_WRONG, "the server did not prove that it knows the password");
	return outcome;
}

const char *auth_client_why(const struct auth_client *c)
{
	return c->why;
}
