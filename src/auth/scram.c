/* Everything that GNU SASL might ask for is given before the first step, so that it never calls
 * back. Channel binding data is given to -PLUS alone: without the suffix the library would take its
 * presence for an offer. */
#include "auth/scram.h"

#include <gsasl.h>
#include <stdlib.h>

#include "auth/gsasl_context.h"
#include "auth/secret.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

struct auth_scram_session {
	Gsasl_session *sasl;
};

static void set_base64(Gsasl_session *sasl, Gsasl_property property, struct slice bytes, bool *ok)
{
	struct buf b;

	buf_init(&b, 4096);
	text_base64(&b, bytes);
	if (b.failed || gsasl_property_set_raw(sasl, property, b.p, b.n) != GSASL_OK)
		*ok = false;
	buf_done_secret(&b);
}

enum auth_outcome auth_scram_start(const struct auth_scram *secret,
	const struct auth_scram_binding *binding, struct auth_scram_session **ret)
{
	const char *mech = auth_mech_name(binding ? AUTH_SCRAM_SHA_256_PLUS : AUTH_SCRAM_SHA_256);
	Gsasl *gsasl = auth_gsasl_context_get();
	Gsasl_session *sasl = NULL;
	struct buf rounds;
	bool ok = true;

	if (!gsasl || gsasl_server_start(gsasl, mech, &sasl) != GSASL_OK)
		return AUTH_FAULT;
	buf_init(&rounds, 16);
	buf_printf(&rounds, "%u", secret->rounds);
	if (gsasl_property_set_raw(sasl, GSASL_SCRAM_ITER, rounds.p, rounds.n) != GSASL_OK)
		ok = false;
	buf_done(&rounds);
	set_base64(sasl, GSASL_SCRAM_SALT, slice_of(secret->salt, secret->salt_n), &ok);
	set_base64(sasl, GSASL_SCRAM_STOREDKEY, slice_of(secret->stored, AUTH_KEY_BYTES), &ok);
	set_base64(sasl, GSASL_SCRAM_SERVERKEY, slice_of(secret->server, AUTH_KEY_BYTES), &ok);
	if (binding)
		set_base64(sasl, auth_gsasl_context_binding(binding->type), binding->data, &ok);
	if (!ok) {
		gsasl_finish(sasl);
		return AUTH_FAULT;
	}
	*ret = mem_zalloc(sizeof(**ret));
	(*ret)->sasl = sasl;
	return AUTH_OK;
}

void auth_scram_end(struct auth_scram_session *s)
{
	if (s)
		gsasl_finish(s->sasl);
	free(s);
}

enum auth_outcome auth_scram_step(
	struct auth_scram_session *s, struct slice message, struct buf *ret, bool *ret_done)
{
	char *out = NULL;
	size_t n = 0;
	int rc = gsasl_step(s->sasl, message.n ? message.p : "", message.n, &out, &n);

	if (rc == GSASL_OK || rc == GSASL_NEEDS_MORE) {
		buf_put(ret, slice_of(out, n));
		gsasl_free(out);
		*ret_done = rc == GSASL_OK;
		return ret->failed ? AUTH_FAULT : AUTH_OK;
	}
	gsasl_free(out);
	switch (rc) {
	case GSASL_AUTHENTICATION_ERROR:
	case GSASL_NO_CB_TLS_UNIQUE:
	case GSASL_NO_CB_TLS_EXPORTER:
		return AUTH_WRONG;
	case GSASL_MECHANISM_PARSE_ERROR:
	case GSASL_SASLPREP_ERROR:
	case GSASL_BASE64_ERROR:
	case GSASL_MECHANISM_CALLED_TOO_MANY_TIMES:
		return AUTH_SYNTAX;
	default:
		return AUTH_FAULT;
	}
}
