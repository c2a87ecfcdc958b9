/* The stored form is a version byte and a row of fields: tag, length in two bytes, bytes. Adding a
 * field needs no new version, since unknown tags are skipped; a version rises only when the old
 * reading would be wrong. Absent fields are the zero value, so that a common envelope is small. */
#include "spool/envelope.h"

#include <assert.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"

#define VERSION 1

enum tag {
	TAG_REVERSE_PATH = 1,
	TAG_LOGIN,
	TAG_LISTENER,
	TAG_HELO,
	TAG_CLIENT, /* address bytes, port */
	TAG_ARRIVED,
	TAG_FLAGS, /* entitlement, vouched, body, ret, then bits */
	TAG_ENVID,
	TAG_RCPT, /* notify, forward-path, orcpt; in order */
};

enum flag { FLAG_SMTPUTF8 = 1, FLAG_REQUIRETLS = 2 };

static void put_number(struct buf *b, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_putc(b, (char)(v >> (8 * i) & 0xff));
}

static void put_text(struct buf *b, struct slice s)
{
	put_number(b, s.n, 2);
	buf_put(b, s);
}

static void put_field(struct buf *b, enum tag tag, struct slice s)
{
	if (s.n == 0)
		return;
	buf_putc(b, (char)tag);
	put_text(b, s);
}

static void put_client(struct buf *b, const struct ip_port *client)
{
	size_t n = client->ip.family == IP_V4 ? 4 : 16;

	if (client->ip.family == IP_NONE)
		return;
	buf_putc(b, TAG_CLIENT);
	put_number(b, n + 2, 2);
	buf_put(b, slice_of(client->ip.b, n));
	put_number(b, client->port, 2);
}

static void put_flags(struct buf *b, const struct spool_envelope *e)
{
	buf_putc(b, TAG_FLAGS);
	put_number(b, 5, 2);
	buf_putc(b, (char)e->entitlement);
	buf_putc(b, (char)e->vouched);
	buf_putc(b, (char)e->body);
	buf_putc(b, (char)e->ret);
	buf_putc(b,
		(char)((e->smtputf8 ? FLAG_SMTPUTF8 : 0) | (e->requiretls ? FLAG_REQUIRETLS : 0)));
}

static void put_rcpt(struct buf *b, const struct spool_envelope_rcpt *r)
{
	buf_putc(b, TAG_RCPT);
	put_number(b, 1 + 2 + r->forward_path.n + 2 + r->orcpt.n, 2);
	buf_putc(b, (char)r->notify);
	put_text(b, r->forward_path);
	put_text(b, r->orcpt);
}

static bool fits(const struct spool_envelope *e)
{
	const struct slice *texts[] = { &e->reverse_path, &e->login, &e->listener, &e->helo,
		&e->envid };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i]->n > SPOOL_FIELD_MAX)
			return false;
	for (size_t i = 0; i < e->rcpts_n; i++)
		if (e->rcpts[i].forward_path.n > SPOOL_FIELD_MAX ||
			e->rcpts[i].orcpt.n > SPOOL_FIELD_MAX)
			return false;
	return e->rcpts_n <= SPOOL_RCPTS_MAX;
}

int spool_envelope_encode(struct buf *b, const struct spool_envelope *e)
{
	if (e->rcpts_n == 0)
		return ERR_INVALID;
	if (!fits(e))
		return ERR_LIMIT;
	size_t start = b->n;

	buf_putc(b, VERSION);
	put_field(b, TAG_REVERSE_PATH, e->reverse_path);
	put_field(b, TAG_LOGIN, e->login);
	put_field(b, TAG_LISTENER, e->listener);
	put_field(b, TAG_HELO, e->helo);
	put_client(b, &e->client);
	buf_putc(b, TAG_ARRIVED);
	put_number(b, 8, 2);
	put_number(b, (uint64_t)e->arrived, 8);
	put_flags(b, e);
	put_field(b, TAG_ENVID, e->envid);
	for (size_t i = 0; i < e->rcpts_n; i++)
		put_rcpt(b, &e->rcpts[i]);
	return b->failed || b->n - start > SPOOL_ENVELOPE_MAX ? ERR_LIMIT : 0;
}

static struct slice take_text(struct cursor *c)
{
	return cursor_take(c, cursor_u16(c));
}

static void take_rcpt(struct slice field, struct spool_envelope_rcpt *ret, bool *failed)
{
	struct cursor c = cursor_of(field);

	ret->notify = cursor_u8(&c);
	ret->forward_path = take_text(&c);
	ret->orcpt = take_text(&c);
	*failed |= c.failed;
}

static bool take_client(struct slice field, struct ip_port *ret)
{
	if (field.n != 6 && field.n != 18)
		return false;
	struct cursor c = cursor_of(field);
	struct slice address = cursor_take(&c, field.n - 2);

	ret->ip = ip_from_bytes(address.p, address.n == 4 ? IP_V4 : IP_V6);
	ret->port = cursor_u16(&c);
	return true;
}

static bool take_flags(struct slice field, struct spool_envelope *e)
{
	struct cursor c = cursor_of(field);
	uint8_t entitlement = cursor_u8(&c), vouched = cursor_u8(&c), body = cursor_u8(&c),
		ret = cursor_u8(&c), bits = cursor_u8(&c);

	if (c.failed || entitlement > SPOOL_ENTITLED_LOCAL || vouched > SPOOL_VOUCHED_DKIM ||
		body > SPOOL_BODY_BINARYMIME || ret > SPOOL_RET_HDRS)
		return false;
	e->entitlement = (enum spool_entitlement)entitlement;
	e->vouched = (enum spool_vouched)vouched;
	e->body = (enum spool_body_type)body;
	e->ret = (enum spool_ret)ret;
	e->smtputf8 = bits & FLAG_SMTPUTF8;
	e->requiretls = bits & FLAG_REQUIRETLS;
	return true;
}

/* Takes one field; false when it is malformed. */
static bool take_field(uint8_t tag, struct slice field, struct spool_envelope *e)
{
	struct cursor c = cursor_of(field);
	bool failed = false;

	switch (tag) {
	case TAG_REVERSE_PATH:
		e->reverse_path = field;
		break;
	case TAG_LOGIN:
		e->login = field;
		break;
	case TAG_LISTENER:
		e->listener = field;
		break;
	case TAG_HELO:
		e->helo = field;
		break;
	case TAG_CLIENT:
		return take_client(field, &e->client);
	case TAG_ARRIVED:
		e->arrived = (usec_t)cursor_u64(&c);
		return !c.failed;
	case TAG_FLAGS:
		return take_flags(field, e);
	case TAG_ENVID:
		e->envid = field;
		break;
	case TAG_RCPT:
		take_rcpt(field, &e->rcpts[e->rcpts_n++], &failed);
		return !failed;
	default:
		break;
	}
	return true;
}

/* Counts the recipients; 0 when the row of fields is malformed. */
static size_t count_rcpts(struct cursor c)
{
	size_t n = 0;

	while (!c.failed && !cursor_at_end(&c)) {
		if (cursor_u8(&c) == TAG_RCPT)
			n++;
		take_text(&c);
	}
	return c.failed ? 0 : n;
}

int spool_envelope_decode(struct slice stored, struct arena *arena, struct spool_envelope *ret)
{
	struct cursor c = cursor_of(stored);
	struct spool_envelope e = { .rcpts_n = 0 };

	if (cursor_u8(&c) != VERSION)
		return ERR_INVALID;
	size_t n = count_rcpts(c);

	if (n == 0 || n > SPOOL_RCPTS_MAX)
		return ERR_INVALID;
	e.rcpts = arena_array(arena, struct spool_envelope_rcpt, n);
	while (!cursor_at_end(&c)) {
		uint8_t tag = cursor_u8(&c);

		if (!take_field(tag, take_text(&c), &e))
			return ERR_INVALID;
	}
	assert(e.rcpts_n == n);
	*ret = e;
	return 0;
}
