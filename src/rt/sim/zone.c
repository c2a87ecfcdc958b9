/* A reader for the subset of master files (RFC 1035 section 5) that tests need: one record a line,
 * every name written in full. */
#include "rt/sim/zone.h"

#include "base/ascii.h"

#define ZONE_TTL_MAX 2147483647 /* RFC 2181 section 8 */

struct slice zone_name(struct arena *a, struct slice name)
{
	if (slice_ends(name, S(".")))
		name.n--;
	char *p = arena_strdup(a, name);

	for (size_t i = 0; i < name.n; i++)
		p[i] = ascii_lower(p[i]);
	return slice_of(p, name.n);
}

bool zone_covers(struct slice zone, struct slice name)
{
	if (zone.n == 0)
		return true;
	if (!slice_ends(name, zone))
		return false;
	return name.n == zone.n || name.p[name.n - zone.n - 1] == '.';
}

/* The next word; words are separated by blanks. */
static struct slice word(struct slice *rest)
{
	size_t n = 0;

	*rest = slice_trim(*rest);
	while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != '\t')
		n++;
	struct slice found = slice_take(*rest, n);

	*rest = slice_trim(slice_skip(*rest, n));
	return found;
}

static bool parse_type(struct slice s, enum dns_type *ret)
{
	static const struct {
		struct slice name;
		enum dns_type type;
	} types[] = {
		{ SLICE("A"), DNS_A },
		{ SLICE("AAAA"), DNS_AAAA },
		{ SLICE("CNAME"), DNS_CNAME },
		{ SLICE("PTR"), DNS_PTR },
		{ SLICE("MX"), DNS_MX },
		{ SLICE("TXT"), DNS_TXT },
		{ SLICE("TLSA"), DNS_TLSA },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (slice_eq_nocase(s, types[i].name)) {
			*ret = types[i].type;
			return true;
		}
	}
	return false;
}

/* The strings, joined; \" and \\ stand for themselves. A single bare word is a string too. */
static bool parse_txt(struct arena *a, struct slice rest, struct slice *ret)
{
	char *p = arena_alloc(a, rest.n + 1);
	size_t n = 0, i = 0;

	if (rest.n && rest.p[0] != '"') {
		*ret = arena_dup(a, rest);
		return true;
	}
	while (i < rest.n) {
		if (rest.p[i++] != '"')
			return false;
		while (i < rest.n && rest.p[i] != '"') {
			i += rest.p[i] == '\\' && i + 1 < rest.n;
			p[n++] = rest.p[i++];
		}
		if (i++ == rest.n)
			return false;
		while (i < rest.n && (rest.p[i] == ' ' || rest.p[i] == '\t'))
			i++;
	}
	*ret = slice_of(p, n);
	return true;
}

/* usage selector matching-type hex (RFC 6698 section 2.2). */
static bool parse_tlsa(struct arena *a, struct slice rest, struct slice *ret)
{
	char *p = arena_alloc(a, rest.n + 3);
	size_t n = 0;

	for (; n < 3; n++) {
		uint64_t x;

		if (!slice_to_u64(word(&rest), 255, &x))
			return false;
		p[n] = (char)(unsigned char)x;
	}
	for (struct slice digits = word(&rest); digits.n; digits = slice_skip(digits, 2)) {
		int high = ascii_hex(digits.p[0]), low = digits.n > 1 ? ascii_hex(digits.p[1]) : -1;

		if (high < 0 || low < 0)
			return false;
		p[n++] = (char)(high << 4 | low);
	}
	*ret = slice_of(p, n);
	return rest.n == 0 && n > 3;
}

static bool parse_name(struct arena *a, struct slice rest, struct slice *ret)
{
	struct slice name = word(&rest);

	*ret = zone_name(a, name);
	return name.n && rest.n == 0;
}

static bool parse_data(
	struct arena *a, enum dns_type type, struct slice rest, struct dns_record *ret)
{
	uint64_t preference;

	switch (type) {
	case DNS_A:
		return ip_parse(rest, &ret->ip) && ret->ip.family == IP_V4;
	case DNS_AAAA:
		return ip_parse(rest, &ret->ip) && ret->ip.family == IP_V6;
	case DNS_MX:
		if (!slice_to_u64(word(&rest), UINT16_MAX, &preference))
			return false;
		ret->preference = (uint16_t)preference;
		return parse_name(a, rest, &ret->name);
	case DNS_CNAME:
	case DNS_PTR:
		return parse_name(a, rest, &ret->name);
	case DNS_TXT:
		return parse_txt(a, rest, &ret->data);
	case DNS_TLSA:
		return parse_tlsa(a, rest, &ret->data);
	}
	return false;
}

static bool parse_record(struct zone *z, struct slice line)
{
	struct zone_record *r = arena_new(&z->arena, struct zone_record);
	uint64_t ttl;

	r->name = zone_name(&z->arena, word(&line));
	if (!slice_to_u64(word(&line), ZONE_TTL_MAX, &ttl) || !parse_type(word(&line), &r->type) ||
		!parse_data(&z->arena, r->type, line, &r->data))
		return false;
	r->ttl = (usec_t)ttl * USEC_PER_SEC;
	list_append(&z->records, &r->node);
	return true;
}

static bool parse_rule(struct zone *z, struct slice line)
{
	static const struct slice names[] = {
		[ZONE_SECURE] = SLICE("$secure"),
		[ZONE_BOGUS] = SLICE("$bogus"),
		[ZONE_SERVFAIL] = SLICE("$servfail"),
		[ZONE_TIMEOUT] = SLICE("$timeout"),
		[ZONE_DELAY] = SLICE("$delay"),
	};
	struct slice how = word(&line);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!slice_eq(how, names[i]))
			continue;
		struct zone_rule *r = arena_new(&z->arena, struct zone_rule);

		r->name = zone_name(&z->arena, word(&line));
		r->how = (enum zone_behaviour)i;
		list_append(&z->rules, &r->node);
		return i == ZONE_DELAY ? time_parse(line, &r->delay) : line.n == 0;
	}
	return false;
}

/* A ";" outside quotes begins a comment. */
static struct slice without_comment(struct slice line)
{
	bool quoted = false;

	for (size_t i = 0; i < line.n; i++) {
		if (line.p[i] == '"' && (i == 0 || line.p[i - 1] != '\\'))
			quoted = !quoted;
		if (line.p[i] == ';' && !quoted)
			return slice_trim(slice_take(line, i));
	}
	return slice_trim(line);
}

unsigned zone_parse(struct zone *z, struct slice text)
{
	for (unsigned number = 1; text.n; number++) {
		struct slice line = without_comment(slice_split(&text, '\n'));

		if (line.n == 0)
			continue;
		if (line.p[0] == '$' ? !parse_rule(z, line) : !parse_record(z, line))
			return number;
	}
	return 0;
}
