/* GNU SASL parses these messages too, but the user's name is needed before it starts, and what it
 * does not check (extensions, absurd rounds) is refused here. */
#include "auth/message.h"

#include "auth/mech.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"
#include "base/text.h"

/* message = [authzid] UTF8NUL authcid UTF8NUL passwd */
int auth_message_plain(struct slice message, struct auth_plain *ret)
{
	struct auth_plain p;
	size_t first = slice_find(message, 0), second;

	if (first == message.n)
		return ERR_INVALID;
	p.authzid = slice_take(message, first);
	message = slice_skip(message, first + 1);
	second = slice_find(message, 0);
	if (second == message.n)
		return ERR_INVALID;
	p.authcid = slice_take(message, second);
	p.password = slice_skip(message, second + 1);
	if (p.authcid.n == 0 || p.authcid.n > AUTH_NAME_MAX || p.authzid.n > AUTH_NAME_MAX ||
		p.password.n == 0 || p.password.n > AUTH_PASSWORD_MAX ||
		slice_find(p.password, 0) < p.password.n)
		return ERR_INVALID;
	*ret = p;
	return 0;
}

static bool is_not_comma(char c)
{
	return c != ',' && c != 0;
}

/* gs2-cbind-flag = ("p=" cb-name) / "n" / "y" */
static void gs2_flag(struct cursor *c, struct auth_scram_first *f)
{
	f->binding = SLICE_NIL;
	if (cursor_accept(c, 'n')) {
		f->gs2 = AUTH_GS2_NONE;
	} else if (cursor_accept(c, 'y')) {
		f->gs2 = AUTH_GS2_UNSEEN;
	} else {
		cursor_expect(c, 'p');
		cursor_expect(c, '=');
		f->gs2 = AUTH_GS2_BOUND;
		f->binding = cursor_run(c, is_not_comma);
	}
	cursor_expect(c, ',');
}

/* client-first-message = gs2-cbind-flag "," ["a=" saslname] ","
 *                        [reserved-mext ","] "n=" saslname "," "r=" nonce ["," extensions] */
int auth_message_scram_first(struct slice message, struct auth_scram_first *ret)
{
	struct cursor c = cursor_of(message);
	struct auth_scram_first f;

	gs2_flag(&c, &f);
	f.authzid = SLICE_NIL;
	if (cursor_accept(&c, 'a')) {
		cursor_expect(&c, '=');
		f.authzid = cursor_run(&c, is_not_comma);
	}
	cursor_expect(&c, ',');
	if (cursor_peek(&c) == 'm')
		return ERR_UNSUPPORTED;
	cursor_expect(&c, 'n');
	cursor_expect(&c, '=');
	f.name = cursor_run(&c, is_not_comma);
	cursor_expect(&c, ',');
	cursor_expect(&c, 'r');
	cursor_expect(&c, '=');
	if (c.failed || cursor_run(&c, is_not_comma).n == 0 || f.name.n == 0 ||
		(f.gs2 == AUTH_GS2_BOUND && f.binding.n == 0))
		return ERR_INVALID;
	*ret = f;
	return 0;
}

/* saslname = 1*(value-safe-char / "=2C" / "=3D") */
int auth_message_saslname(struct slice encoded, struct buf *ret)
{
	size_t before = ret->n;

	while (encoded.n > 0) {
		size_t run = slice_find(encoded, '=');

		buf_put(ret, slice_take(encoded, run));
		encoded = slice_skip(encoded, run);
		if (encoded.n == 0)
			break;
		if (slice_starts_nocase(encoded, S("=2C")))
			buf_putc(ret, ',');
		else if (slice_starts_nocase(encoded, S("=3D")))
			buf_putc(ret, '=');
		else
			return ERR_INVALID;
		encoded = slice_skip(encoded, 3);
	}
	if (ret->failed || ret->n == before || ret->n - before > AUTH_NAME_MAX)
		return ERR_INVALID;
	return 0;
}

/* server-first-message = [reserved-mext ","] "r=" nonce "," "s=" salt "," "i=" number
 *                        ["," extensions] */
int auth_message_scram_rounds(struct slice message, uint64_t *ret)
{
	struct cursor c = cursor_of(message);
	struct slice number;

	cursor_expect(&c, 'r');
	cursor_expect(&c, '=');
	(void)cursor_run(&c, is_not_comma); /* GNU SASL compares it with ours */
	cursor_expect(&c, ',');
	cursor_expect(&c, 's');
	cursor_expect(&c, '=');
	(void)cursor_run(&c, is_not_comma);
	cursor_expect(&c, ',');
	cursor_expect(&c, 'i');
	cursor_expect(&c, '=');
	number = cursor_run(&c, ascii_is_digit);
	if (c.failed || (!cursor_at_end(&c) && cursor_peek(&c) != ',') ||
		!slice_to_u64(number, UINT32_MAX, ret))
		return ERR_INVALID;
	return 0;
}
