/* Sticky-error reading. Every read goes through cursor_take: one place checks lengths. */
#include "base/cursor.h"

#include "base/ascii.h"

struct slice cursor_take(struct cursor *c, size_t n)
{
	if (c->failed || n > c->rest.n) {
		c->failed = true;
		return SLICE_NIL;
	}
	struct slice got = slice_take(c->rest, n);

	c->rest = slice_skip(c->rest, n);
	return got;
}

bool cursor_accept(struct cursor *c, char ch)
{
	if (cursor_peek(c) != (unsigned char)ch)
		return false;
	c->rest = slice_skip(c->rest, 1);
	return true;
}

bool cursor_accept_nocase(struct cursor *c, struct slice text)
{
	if (c->failed || !slice_starts_nocase(c->rest, text))
		return false;
	c->rest = slice_skip(c->rest, text.n);
	return true;
}

void cursor_expect(struct cursor *c, char ch)
{
	if (!cursor_accept(c, ch))
		c->failed = true;
}

struct slice cursor_run(struct cursor *c, bool (*is)(char))
{
	size_t n = 0;

	if (c->failed)
		return SLICE_NIL;
	while (n < c->rest.n && is(c->rest.p[n]))
		n++;
	return cursor_take(c, n);
}

static uint64_t little_endian(struct cursor *c, size_t n)
{
	struct slice s = cursor_take(c, n);
	uint64_t value = 0;

	for (size_t i = s.n; i > 0; i--)
		value = value << 8 | (unsigned char)s.p[i - 1];
	return value;
}

uint8_t cursor_u8(struct cursor *c)
{
	return (uint8_t)little_endian(c, 1);
}

uint16_t cursor_u16(struct cursor *c)
{
	return (uint16_t)little_endian(c, 2);
}

uint32_t cursor_u32(struct cursor *c)
{
	return (uint32_t)little_endian(c, 4);
}

uint64_t cursor_u64(struct cursor *c)
{
	return little_endian(c, 8);
}

struct slice cursor_blob(struct cursor *c)
{
	return cursor_take(c, cursor_u32(c));
}
