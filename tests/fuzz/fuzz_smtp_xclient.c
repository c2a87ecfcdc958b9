/* XCLIENT's and XFORWARD's arguments (the first byte says which and what is allowed): what is taken
 * holds nothing that could end a line or a field, and is the same when it is written and read
 * again, whatever number of commands that takes. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "smtp/xclient.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(struct slice s)
{
	assert(s.n <= SMTP_X_VALUE_MAX);
	for (size_t i = 0; i < s.n; i++)
		assert(s.p[i] > ' ' && s.p[i] < 127 && s.p[i] != '(' && s.p[i] != '"');
}

/* Writes all that was said and reads it again. */
static void again(struct arena *arena, const struct smtp_x *x, unsigned allowed, struct smtp_x *ret)
{
	unsigned left = x->said;

	while (left) {
		const char *why;
		unsigned before = left;
		struct buf b;

		buf_init(&b, SMTP_X_LINE_MAX);
		smtp_x_format(&b, "XCLIENT", x, &left);
		assert(!b.failed && left != before);
		struct slice line = arena_dup(arena, buf_slice(&b));

		assert(smtp_x_parse(arena, slice_skip(line, 7), allowed, ret, &why));
		buf_done(&b);
	}
}

static bool same_ip(const struct ip *a, const struct ip *b)
{
	return a->family == b->family && (a->family == IP_NONE || ip_eq(a, b));
}

/* A value that is too long for a line when it is encoded becomes unknown. */
static bool same_text(struct slice a, struct slice b)
{
	return slice_eq(a, b) || (b.n == 0 && a.n > 100);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct smtp_x x = { 0 }, y = { 0 };
	const char *why = NULL;

	if (size == 0)
		return 0;
	unsigned allowed = data[0] & 1 ? SMTP_XFORWARD_ALL : SMTP_XCLIENT_ALL;

	if (data[0] & 2)
		allowed &= ~SMTP_X_BIT(SMTP_X_LOGIN);
	if (smtp_x_parse(&arena, slice_of(data + 1, size - 1), allowed, &x, &why)) {
		assert(x.said && (x.said & ~allowed) == 0);
		check_text(x.helo), check_text(x.name), check_text(x.login), check_text(x.proto);
		check_text(x.ident), check_text(x.source);
		again(&arena, &x, allowed, &y);
		assert(y.said == x.said && x.port == y.port && x.destport == y.destport);
		assert(same_ip(&x.addr, &y.addr) && same_ip(&x.destaddr, &y.destaddr));
		assert(same_text(x.helo, y.helo) && same_text(x.login, y.login));
		assert(slice_eq(x.name, y.name) && slice_eq(x.proto, y.proto));
		assert(same_text(x.ident, y.ident) && slice_eq(x.source, y.source));
	} else {
		assert(why && x.said == 0);
	}
	arena_reset(&arena);
	return 0;
}
