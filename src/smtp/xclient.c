/* One table of attributes for both commands and both ways: where the value lies, and what it may
 * be. The front may be trusted, but what it repeats was said by strangers: a value ends in log
 * lines and in header fields, so it may hold nothing that means something there. */
#include "smtp/xclient.h"

#include "base/arena.h"
#include "base/buf.h"
#include "smtp/domain.h"
#include "smtp/xtext.h"

enum kind { TEXT, HOST, PROTOCOL, SOURCE, ADDRESS, PORT };

static const struct attr {
	struct slice name;
	enum kind kind;
	size_t offset;
} attrs[SMTP_X_ATTRS] = {
	[SMTP_X_PROTO] = { SLICE("PROTO"), PROTOCOL, offsetof(struct smtp_x, proto) },
	[SMTP_X_HELO] = { SLICE("HELO"), TEXT, offsetof(struct smtp_x, helo) },
	[SMTP_X_LOGIN] = { SLICE("LOGIN"), TEXT, offsetof(struct smtp_x, login) },
	[SMTP_X_IDENT] = { SLICE("IDENT"), TEXT, offsetof(struct smtp_x, ident) },
	[SMTP_X_SOURCE] = { SLICE("SOURCE"), SOURCE, offsetof(struct smtp_x, source) },
	[SMTP_X_DESTADDR] = { SLICE("DESTADDR"), ADDRESS, offsetof(struct smtp_x, destaddr) },
	[SMTP_X_DESTPORT] = { SLICE("DESTPORT"), PORT, offsetof(struct smtp_x, destport) },
	[SMTP_X_PORT] = { SLICE("PORT"), PORT, offsetof(struct smtp_x, port) },
	[SMTP_X_NAME] = { SLICE("NAME"), HOST, offsetof(struct smtp_x, name) },
	[SMTP_X_ADDR] = { SLICE("ADDR"), ADDRESS, offsetof(struct smtp_x, addr) },
};

static void *member(struct smtp_x *x, const struct attr *a)
{
	return (char *)x + a->offset;
}

static const void *const_member(const struct smtp_x *x, const struct attr *a)
{
	return (const char *)x + a->offset;
}

const char *smtp_x_attr_name(enum smtp_x_attr attr)
{
	return attrs[attr].name.p;
}

static bool find(struct slice name, enum smtp_x_attr *ret)
{
	for (unsigned i = 0; i < SMTP_X_ATTRS; i++) {
		if (slice_eq_nocase(name, attrs[i].name)) {
			*ret = (enum smtp_x_attr)i;
			return true;
		}
	}
	return false;
}

unsigned smtp_x_read_names(struct slice names)
{
	enum smtp_x_attr attr;
	unsigned set = 0;

	while (names.n)
		if (find(slice_trim(slice_split(&names, ' ')), &attr))
			set |= SMTP_X_BIT(attr);
	return set;
}

void smtp_x_format_names(struct buf *b, unsigned set)
{
	for (unsigned i = 0; i < SMTP_X_ATTRS; i++)
		if (set & SMTP_X_BIT(i))
			buf_printf(b, " %s", attrs[i].name.p);
}

/* ---- reading ---- */

/* What may stand in a log line, and in a header field outside of comments and quotes. */
static bool is_harmless(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~' || strchr("()<>\"\\,;", s.p[i]))
			return false;
	return s.n > 0 && s.n <= SMTP_X_VALUE_MAX;
}

static bool is_protocol(struct slice s)
{
	return is_harmless(s) && s.n <= SMTP_X_PROTO_MAX;
}

/* "IPV6:" address, or an address of either family without it. */
static bool read_address(struct slice s, struct ip *ret)
{
	static const struct slice prefix = SLICE("IPV6:");

	return ip_parse(slice_starts_nocase(s, prefix) ? slice_skip(s, prefix.n) : s, ret);
}

static bool read_port(struct slice s, uint16_t *ret)
{
	uint64_t n;

	if (!slice_to_u64(s, UINT16_MAX, &n))
		return false;
	*ret = (uint16_t)n;
	return true;
}

static bool is_text_of(enum kind kind, struct slice s)
{
	switch (kind) {
	case HOST:
		return smtp_domain_valid(s, false);
	case PROTOCOL:
		return is_protocol(s);
	case SOURCE:
		return slice_eq_nocase(s, S("LOCAL")) || slice_eq_nocase(s, S("REMOTE"));
	case TEXT:
	case ADDRESS:
	case PORT:
		break;
	}
	return is_harmless(s);
}

static bool read_value(const struct attr *a, struct slice value, struct smtp_x *x)
{
	if (a->kind == ADDRESS)
		return read_address(value, member(x, a));
	if (a->kind == PORT)
		return read_port(value, member(x, a));
	if (!is_text_of(a->kind, value))
		return false;
	*(struct slice *)member(x, a) = value;
	return true;
}

static void forget_value(const struct attr *a, struct smtp_x *x)
{
	if (a->kind == ADDRESS)
		*(struct ip *)member(x, a) = (struct ip){ 0 };
	else if (a->kind == PORT)
		*(uint16_t *)member(x, a) = 0;
	else
		*(struct slice *)member(x, a) = SLICE_NIL;
}

/* attribute = attribute-name "=" attribute-value; attribute-value = xtext */
static bool read_one(struct arena *arena, struct slice word, unsigned allowed, unsigned *said,
	struct smtp_x *x, const char **ret_why)
{
	struct slice value = word, name = slice_split(&value, '='), plain;
	enum smtp_x_attr attr;
	bool nothing = slice_eq_nocase(value, S("[UNAVAILABLE]")) ||
		       slice_eq_nocase(value, S("[TEMPUNAVAIL]"));

	*ret_why = "an attribute is unknown or not offered here";
	if (!find(name, &attr) || !(allowed & SMTP_X_BIT(attr)))
		return false;
	*ret_why = "an attribute is given twice";
	if (*said & SMTP_X_BIT(attr))
		return false;
	*said |= SMTP_X_BIT(attr);
	*ret_why = "an attribute's value is malformed";
	if (nothing) {
		forget_value(&attrs[attr], x);
		return true;
	}
	return smtp_xtext_decode(arena, value, &plain) && read_value(&attrs[attr], plain, x);
}

/* xclient-command = "XCLIENT" 1*( SP attribute-name "=" attribute-value ); XFORWARD likewise */
bool smtp_x_parse(struct arena *a, struct slice args, unsigned allowed, struct smtp_x *ret,
	const char **ret_why)
{
	struct smtp_x x = *ret;
	unsigned said = 0;

	while (args.n) {
		struct slice word = slice_split(&args, ' ');

		if (word.n && !read_one(a, word, allowed, &said, &x, ret_why))
			return false;
	}
	*ret_why = "an attribute is missing";
	if (said == 0)
		return false;
	x.said |= said;
	*ret = x;
	return true;
}

/* ---- writing ---- */

static void put_value(struct buf *b, const struct attr *a, const struct smtp_x *x)
{
	const void *value = const_member(x, a);
	const struct ip *ip = value;
	const struct slice *text = value;

	if (a->kind == ADDRESS) {
		if (ip->family == IP_V6)
			buf_puts(b, "IPV6:");
		if (ip->family != IP_NONE)
			ip_format(b, ip);
	} else if (a->kind == PORT) {
		const uint16_t *port = value;

		if (*port)
			buf_printf(b, "%u", *port);
	} else if (is_text_of(a->kind, *text)) {
		smtp_xtext_encode(b, *text);
	}
}

/* " NAME=value" */
static void put_attr(struct buf *b, const struct attr *a, const struct smtp_x *x)
{
	struct buf value;

	buf_init(&value, SMTP_X_LINE_MAX - sizeof("XFORWARD DESTADDR="));
	put_value(&value, a, x);
	buf_printf(b, " %s=", a->name.p);
	buf_put(b, value.n && !value.failed ? buf_slice(&value) : S("[UNAVAILABLE]"));
	buf_done(&value);
}

void smtp_x_format(struct buf *b, const char *verb, const struct smtp_x *x, unsigned *left)
{
	size_t begin = b->n;

	buf_puts(b, verb);
	for (unsigned i = 0; i < SMTP_X_ATTRS; i++) {
		struct buf attr;

		if (!(*left & SMTP_X_BIT(i)))
			continue;
		buf_init(&attr, SMTP_X_LINE_MAX);
		put_attr(&attr, &attrs[i], x);
		bool fits = b->n - begin + attr.n <= SMTP_X_LINE_MAX;

		if (fits) {
			buf_put(b, buf_slice(&attr));
			*left &= ~SMTP_X_BIT(i);
		}
		buf_done(&attr);
		if (!fits)
			return;
	}
	*left = 0;
}

void smtp_x_dup(struct arena *a, const struct smtp_x *x, struct smtp_x *ret)
{
	struct smtp_x copy = *x;

	for (unsigned i = 0; i < SMTP_X_ATTRS; i++) {
		struct slice *text = member(&copy, &attrs[i]);

		if (attrs[i].kind != ADDRESS && attrs[i].kind != PORT)
			*text = arena_dup(a, *text);
	}
	*ret = copy;
}
