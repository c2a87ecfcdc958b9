/* PBKDF2 comes from OpenSSL, whose SHA-256 uses the processor's instructions: a third of what GNU
 * SASL's own takes, and it is paid for every PLAIN log-in against a SCRAM secret. SASLprep is GNU
 * SASL's, so that both sides of an exchange prepare alike. */
#include "auth/secret.h"

#include <crypt.h>
#include <gsasl.h>
#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "auth/mech.h"

#define SCRAM_TAG "{SCRAM-SHA-256}"

/* One comma-separated field of base64 with at least min and at most max bytes. */
static bool parse_field(struct slice *rest, size_t min, size_t max, uint8_t *ret, size_t *ret_n)
{
	struct buf b;
	bool ok;

	buf_init(&b, max);
	ok = text_base64_decode(&b, slice_split(rest, ',')) && b.n >= min && b.n <= max;
	if (ok) {
		memcpy(ret, b.p, b.n);
		*ret_n = b.n;
	}
	buf_done_secret(&b);
	return ok;
}

static int parse_scram(struct slice text, struct auth_scram *ret, const char **ret_why)
{
	struct auth_scram s = { 0 };
	uint64_t rounds;
	size_t stored_n, server_n;

	if (slice_ends(text, S(",")) ||
		!slice_to_u64(slice_split(&text, ','), AUTH_ROUNDS_MAX, &rounds) ||
		rounds < AUTH_ROUNDS_MIN) {
		*ret_why = "the rounds of a SCRAM secret must be a number from 4096 to 100000, "
			   "and three fields follow";
		return ERR_INVALID;
	}
	s.rounds = (unsigned)rounds;
	if (!parse_field(&text, AUTH_SALT_MIN, AUTH_SALT_MAX, s.salt, &s.salt_n)) {
		*ret_why = "the salt of a SCRAM secret must be 8 to 64 bytes in base64";
		return ERR_INVALID;
	}
	if (!parse_field(&text, AUTH_KEY_BYTES, AUTH_KEY_BYTES, s.stored, &stored_n) ||
		!parse_field(&text, AUTH_KEY_BYTES, AUTH_KEY_BYTES, s.server, &server_n) ||
		text.n > 0) {
		*ret_why = "a SCRAM secret ends with two keys of 32 bytes in base64";
		mem_wipe(&s, sizeof(s));
		return ERR_INVALID;
	}
	*ret = s;
	mem_wipe(&s, sizeof(s));
	return 0;
}

int auth_secret_parse(struct slice text, struct auth_secret *ret, const char **ret_why)
{
	const struct slice tag = SLICE(SCRAM_TAG);

	if (slice_starts_nocase(text, tag)) {
		int r = parse_scram(slice_skip(text, tag.n), &ret->scram, ret_why);

		if (r == 0)
			ret->kind = AUTH_SECRET_SCRAM;
		return r;
	}
	if (!slice_starts(text, S("$")) || slice_find(slice_skip(text, 1), '$') + 1 == text.n) {
		*ret_why = "the secret must begin with {SCRAM-SHA-256} or be a string of crypt(3) "
			   "such as $y$... or $6$...";
		return ERR_INVALID;
	}
	if (text.n > AUTH_CRYPT_MAX) {
		*ret_why = "the string of crypt(3) is longer than 256 bytes";
		return ERR_INVALID;
	}
	ret->kind = AUTH_SECRET_CRYPT;
	memcpy(ret->crypt, text.p, text.n);
	ret->crypt[text.n] = 0;
	return 0;
}

void auth_secret_format_scram(struct buf *b, const struct auth_scram *s)
{
	buf_printf(b, SCRAM_TAG "%u,", s->rounds);
	text_base64(b, slice_of(s->salt, s->salt_n));
	buf_putc(b, ',');
	text_base64(b, slice_of(s->stored, sizeof(s->stored)));
	buf_putc(b, ',');
	text_base64(b, slice_of(s->server, sizeof(s->server)));
}

/* The profile changes nothing in these and forbids none of them. */
static bool is_plain_ascii(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!ascii_is_print(s.p[i]))
			return false;
	return true;
}

int auth_secret_prepare(struct slice in, struct buf *ret)
{
	char text[AUTH_PASSWORD_MAX + 1];
	char *out = NULL;
	int rc;

	if (in.n == 0 || in.n > AUTH_PASSWORD_MAX || memchr(in.p, 0, in.n) || !text_is_utf8(in))
		return ERR_INVALID;
	if (is_plain_ascii(in)) {
		buf_put(ret, in);
		return ret->failed ? ERR_INVALID : 0;
	}
	memcpy(text, in.p, in.n);
	text[in.n] = 0;
	rc = gsasl_saslprep(text, GSASL_ALLOW_UNASSIGNED, &out, NULL);
	mem_wipe(text, sizeof(text));
	if (rc != GSASL_OK)
		return ERR_INVALID;

	size_t n = strlen(out);

	buf_put(ret, slice_of(out, n));
	mem_wipe(out, n);
	gsasl_free(out);
	return n > 0 && !ret->failed ? 0 : ERR_INVALID;
}

/* HMAC-SHA-256 of a constant; false when the library is out of memory. */
static bool hmac(const uint8_t key[AUTH_KEY_BYTES], const char *text, uint8_t ret[AUTH_KEY_BYTES])
{
	return HMAC(EVP_sha256(), key, AUTH_KEY_BYTES, (const unsigned char *)text, strlen(text),
		       ret, NULL) != NULL;
}

int auth_secret_derive(struct job *job, struct slice password, struct slice salt, unsigned rounds,
	struct auth_scram *ret)
{
	struct auth_scram s = { .rounds = rounds, .salt_n = salt.n };
	uint8_t salted[AUTH_KEY_BYTES], client[AUTH_KEY_BYTES];
	bool ok;

	(void)job; /* only the permission to burn this long */
	if (salt.n > AUTH_SALT_MAX || password.n > INT_MAX || rounds > AUTH_ROUNDS_MAX)
		return ERR_LIMIT;
	memcpy(s.salt, salt.p, salt.n);
	ok = PKCS5_PBKDF2_HMAC(password.p, (int)password.n, s.salt, (int)salt.n, (int)rounds,
		     EVP_sha256(), sizeof(salted), salted) == 1 &&
	     hmac(salted, "Client Key", client) && hmac(salted, "Server Key", s.server) &&
	     EVP_Digest(client, sizeof(client), s.stored, NULL, EVP_sha256(), NULL) == 1;
	if (ok)
		*ret = s;
	mem_wipe(salted, sizeof(salted));
	mem_wipe(client, sizeof(client));
	mem_wipe(&s, sizeof(s));
	return ok ? 0 : ERR_LIMIT;
}

static int check_crypt(const char *stored, struct slice raw)
{
	/* 32 KiB: too much for a thread's frame budget, and it must be wiped. */
	struct crypt_data *data = mem_zalloc(sizeof(*data));
	char text[AUTH_PASSWORD_MAX + 1];
	size_t n = strlen(stored);
	const char *out;
	int r = ERR_UNSUPPORTED;

	if (raw.n > AUTH_PASSWORD_MAX || memchr(raw.p, 0, raw.n)) {
		r = ERR_AUTH;
		goto done;
	}
	memcpy(text, raw.p, raw.n);
	text[raw.n] = 0;
	out = crypt_rn(text, stored, data, sizeof(*data));
	mem_wipe(text, sizeof(text));
	if (out)
		r = strlen(out) == n && mem_eq_secret(out, stored, n) ? 0 : ERR_AUTH;
done:
	mem_wipe(data, sizeof(*data));
	free(data);
	return r;
}

int auth_secret_check(
	struct job *job, const struct auth_secret *secret, struct slice raw, struct slice prepared)
{
	const struct auth_scram *want = &secret->scram;
	struct auth_scram got;
	int r;

	if (secret->kind == AUTH_SECRET_CRYPT)
		return check_crypt(secret->crypt, raw);
	r = auth_secret_derive(
		job, prepared, slice_of(want->salt, want->salt_n), want->rounds, &got);
	if (r == 0 && !mem_eq_secret(got.stored, want->stored, sizeof(got.stored)))
		r = ERR_AUTH;
	mem_wipe(&got, sizeof(got));
	return r;
}
