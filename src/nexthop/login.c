/* Translations only: the offered mechanisms from one set of bits to the other, outcomes to errors
 * with a sentence. */
#include "nexthop/login.h"

#include "auth/client.h"
#include "auth/mech.h"
#include "config/config.h"
#include "rt/ctx.h"

static unsigned offered_bits(const struct smtp_caps *caps)
{
	unsigned bits = 0;

	for (unsigned i = 0; i < SMTP_MECH_COUNT; i++) {
		enum auth_mech mech;

		if (!smtp_caps_has_mech(caps, (enum smtp_mech)i))
			continue;
		mech = auth_mech_parse(slice_str(smtp_mech_name((enum smtp_mech)i)));
		if (mech != AUTH_MECH_COUNT)
			bits |= AUTH_BIT(mech);
	}
	return bits;
}

static unsigned allowed_bits(enum config_mechanism mechanism)
{
	switch (mechanism) {
	case CONFIG_AUTH_PLAIN:
		return AUTH_BIT(AUTH_PLAIN);
	case CONFIG_AUTH_LOGIN:
		return AUTH_BIT(AUTH_LOGIN);
	case CONFIG_AUTH_CRAM_MD5:
		return AUTH_BIT(AUTH_CRAM_MD5);
	case CONFIG_AUTH_SCRAM_SHA_256:
		return AUTH_BIT(AUTH_SCRAM_SHA_256);
	case CONFIG_AUTH_SCRAM_SHA_256_PLUS:
		return AUTH_BIT(AUTH_SCRAM_SHA_256_PLUS);
	case CONFIG_AUTH_AUTO:
		break;
	}
	return ~0U;
}

static int fail(struct ctx *ctx, struct nexthop_login *l, enum auth_outcome outcome)
{
	const char *why = l->exchange ? auth_client_why(l->exchange) : NULL;

	return ctx_fail(ctx, ERR_AUTH, "auth", "log-in as %.*s: %s", SLICE_ARG(l->config->user),
		why && *why ? why : auth_outcome_name(outcome));
}

static void end(void *arg)
{
	struct nexthop_login *l = arg;

	auth_client_free(l->exchange);
	l->exchange = NULL;
}

static int begin(struct ctx *ctx, void *arg, const struct smtp_caps *offered,
	const struct stream *stream, bool clear_ok, const char **ret_mech, struct buf *ret_initial)
{
	struct nexthop_login *l = arg;
	struct auth_client_env env = { .stream = stream, .clear_ok = clear_ok };
	unsigned bits = offered_bits(offered) & allowed_bits(l->config->mechanism);
	const char *why = NULL;
	enum auth_mech mech = auth_client_choose(bits, &env, &why);

	if (mech == AUTH_MECH_COUNT)
		return ctx_fail(ctx, ERR_AUTH, "auth", "log-in as %.*s: %s",
			SLICE_ARG(l->config->user), why ? why : "no usable mechanism is offered");

	enum auth_outcome outcome = auth_client_new(
		mech, &env, l->config->user, l->config->password_file.content, &l->exchange);

	if (outcome != AUTH_OK)
		return fail(ctx, l, outcome);
	(void)auth_client_initial(l->exchange, ret_initial); /* none: nothing is appended */
	*ret_mech = auth_mech_name(mech);
	return 0;
}

static int step(struct ctx *ctx, void *arg, struct slice challenge, struct buf *ret)
{
	struct nexthop_login *l = arg;
	enum auth_outcome outcome = AUTH_OK;
	int r = auth_client_step(ctx, l->exchange, l->pool, challenge, ret, &outcome);

	if (r < 0)
		return r;
	return outcome == AUTH_OK ? 0 : fail(ctx, l, outcome);
}

static int done(struct ctx *ctx, void *arg, struct slice text)
{
	struct nexthop_login *l = arg;
	enum auth_outcome outcome = auth_client_done(l->exchange, text);

	return outcome == AUTH_OK ? 0 : fail(ctx, l, outcome);
}

void nexthop_login_init(struct nexthop_login *login, const struct config_login *config,
	struct pool *pool, struct client_login *ret)
{
	*login = (struct nexthop_login){ .config = config, .pool = pool };
	*ret = (struct client_login){ login, begin, step, done, end };
}
