/* The server's SCRAM against GNU SASL's client: right and wrong passwords, channel bindings. */
#include "auth/scram.h"

#include <gsasl.h>

#include "auth/secret.h"
#include "base/buf.h"
#include "check_main.h"

#define ROUNDS 4096

struct talk {
	const char *password, *client_mech;
	const char *client_binding; /* base64; NULL: none */
	const char *server_binding; /* raw; NULL: not -PLUS */
	enum auth_outcome want;
};

static Gsasl_session *new_client(Gsasl *gsasl, const struct talk *talk)
{
	Gsasl_session *c = NULL;

	ck_assert_int_eq(gsasl_client_start(gsasl, talk->client_mech, &c), GSASL_OK);
	gsasl_property_set(c, GSASL_AUTHID, "user");
	gsasl_property_set(c, GSASL_PASSWORD, talk->password);
	if (talk->client_binding)
		gsasl_property_set(c, GSASL_CB_TLS_EXPORTER, talk->client_binding);
	return c;
}

static void secret_of(const char *password, struct auth_scram *ret)
{
	ck_assert_int_eq(
		auth_secret_derive(NULL, slice_str(password), S("saltsaltsaltsalt"), ROUNDS, ret),
		0);
}

/* Plays one exchange to its end and returns how the server saw it. */
static enum auth_outcome play(Gsasl *gsasl, const struct talk *talk)
{
	struct auth_scram_binding binding = { "tls-exporter", slice_str(talk->server_binding) };
	Gsasl_session *client = new_client(gsasl, talk);
	struct auth_scram_session *server = NULL;
	struct auth_scram secret;
	enum auth_outcome outcome;
	bool done = false;
	char *text = NULL;
	size_t n = 0;
	struct buf out;

	secret_of("pencil", &secret);
	ck_assert_int_eq(auth_scram_start(&secret, talk->server_binding ? &binding : NULL, &server),
		AUTH_OK);
	buf_init(&out, AUTH_LINE_MAX);
	do {
		ck_assert_int_le(
			gsasl_step(client, out.p ? out.p : "", out.n, &text, &n), GSASL_NEEDS_MORE);
		buf_clear(&out);
		outcome = auth_scram_step(server, slice_of(text, n), &out, &done);
		gsasl_free(text);
	} while (outcome == AUTH_OK && !done);
	if (done) {
		ck_assert_int_eq(gsasl_step(client, out.p, out.n, &text, &n), GSASL_OK);
		gsasl_free(text);
	}
	buf_done(&out);
	auth_scram_end(server);
	gsasl_finish(client);
	return outcome;
}

START_TEST(exchanges)
{
	static const struct talk cases[] = {
		{ "pencil", "SCRAM-SHA-256", NULL, NULL, AUTH_OK },
		{ "pencils", "SCRAM-SHA-256", NULL, NULL, AUTH_WRONG },
		{ "pencil", "SCRAM-SHA-256-PLUS", "Ymxh", "bla", AUTH_OK },
		{ "pencil", "SCRAM-SHA-256-PLUS", "Ymxi", "bla", AUTH_WRONG },
		{ "pencil", "SCRAM-SHA-256", NULL, "bla", AUTH_WRONG },
	};
	Gsasl *gsasl = NULL;

	ck_assert_int_eq(gsasl_init(&gsasl), GSASL_OK);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum auth_outcome outcome = play(gsasl, &cases[i]);

		ck_assert_msg(outcome == cases[i].want, "%zu: %s", i, auth_outcome_name(outcome));
	}
	gsasl_done(gsasl);
}
END_TEST

START_TEST(malformed)
{
	static const char *const cases[] = { "x", "n,,n=user", "n,,n=user,r=" };
	struct auth_scram secret;

	secret_of("pencil", &secret);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct auth_scram_session *s = NULL;
		struct buf out;
		bool done = false;

		buf_init(&out, AUTH_LINE_MAX);
		ck_assert_int_eq(auth_scram_start(&secret, NULL, &s), AUTH_OK);
		ck_assert_msg(
			auth_scram_step(s, slice_str(cases[i]), &out, &done) != AUTH_OK, "%zu", i);
		ck_assert(!done);
		auth_scram_end(s);
		buf_done(&out);
	}
	auth_scram_end(NULL);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("scram");
	TCase *t = tcase_create("scram");

	tcase_add_test(t, exchanges);
	tcase_add_test(t, malformed);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
