/* One reader a type. Each reads text from the file and says on failure what was expected; lists
 * take a single value for a list of one. Defaults are read by the same code, so that the notation
 * in the manual is the one that works. */
#include "config/loading.h"

#include <stdio.h>

#include "base/ascii.h"
#include "base/buf.h"
#include "base/err.h"

#define PATTERN_MAX 320

struct reading {
	struct config_loading *l;
	const struct config_option *o;
};

/* "'key': what; X was expected". */
static bool wrong(const struct reading *r, const struct config_node *n, const char *what)
{
	struct buf expects;

	buf_init(&expects, 1024);
	config_option_expects(r->o, &expects);
	config_report_error(r->l->report, n, "'%s': %s; %.*s was expected", r->o->key, what,
		SLICE_ARG(buf_slice(&expects)));
	buf_done(&expects);
	return false;
}

static bool wrong_text(const struct reading *r, const struct config_node *n, const char *what)
{
	char text[120];

	snprintf(text, sizeof(text), "'%.*s' %s", SLICE_ARG(slice_take(n->text, 60)), what);
	return wrong(r, n, text);
}

static bool is_bounded(const struct reading *r, const struct config_node *n, uint64_t v)
{
	if (r->o->max && (v < r->o->min || v > r->o->max))
		return wrong_text(r, n, "is out of bounds");
	return true;
}

bool config_is_dns_name(struct slice s)
{
	size_t label = 0;

	if (s.n == 0 || s.n > 253)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '.') {
			if (label == 0 || s.p[i - 1] == '-')
				return false;
			label = 0;
		} else if (!ascii_is_alnum(c) && (c != '-' || label == 0)) {
			return false;
		} else if (++label > 63) {
			return false;
		}
	}
	return label > 0 && s.p[s.n - 1] != '-';
}

static bool read_text(const struct reading *r, const struct config_node *n, void *to)
{
	struct slice *ret = to;

	(void)r;
	*ret = n->text;
	return true;
}

static bool read_name(const struct reading *r, const struct config_node *n, void *to)
{
	struct slice *ret = to;
	if (!config_is_dns_name(n->text))
		return wrong_text(r, n,
			slice_is_ascii(n->text) ? "is no DNS name"
						: "is not ASCII (write its xn-- form)");
	*ret = n->text;
	return true;
}

static bool read_mailbox(const struct reading *r, const struct config_node *n, void *to)
{
	struct slice *ret = to;
	size_t at = slice_rfind(n->text, '@');
	struct slice local = slice_take(n->text, at);

	for (size_t i = 0; i < local.n; i++)
		if (!ascii_is_alnum(local.p[i]) && !strchr("!#$&'*+-/=?^_`{|}~.", local.p[i]))
			return wrong_text(r, n, "is no address");
	if (at == n->text.n || local.n == 0 || local.n > 64 ||
		!config_is_dns_name(slice_skip(n->text, at + 1)))
		return wrong_text(r, n, "is no address");
	*ret = n->text;
	return true;
}

static bool read_bool(const struct reading *r, const struct config_node *n, void *to)
{
	bool *ret = to;
	if (!slice_eq(n->text, S("true")) && !slice_eq(n->text, S("false")))
		return wrong_text(r, n, "is neither");
	*ret = n->text.n == 4;
	return true;
}

static bool read_count(const struct reading *r, const struct config_node *n, void *to)
{
	uint32_t *ret = to;
	uint64_t v;

	if (!slice_to_u64(n->text, UINT32_MAX, &v))
		return wrong_text(r, n, "is no such number");
	if (!is_bounded(r, n, v))
		return false;
	*ret = (uint32_t)v;
	return true;
}

static bool read_workers(const struct reading *r, const struct config_node *n, void *to)
{
	uint32_t *ret = to;
	if (!slice_eq(n->text, S("auto")))
		return read_count(r, n, ret);
	*ret = 0;
	return true;
}

static bool read_size(const struct reading *r, const struct config_node *n, void *to)
{
	uint64_t *ret = to;
	static const struct {
		struct slice name;
		unsigned shift;
	} units[] = { { SLICE("KiB"), 10 }, { SLICE("MiB"), 20 }, { SLICE("GiB"), 30 } };
	struct slice digits = n->text;
	unsigned shift = 0;
	uint64_t v;

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (slice_ends_nocase(digits, units[i].name)) {
			digits = slice_trim(slice_take(digits, digits.n - units[i].name.n));
			shift = units[i].shift;
			break;
		}
	if (!slice_to_u64(digits, UINT64_MAX >> shift, &v))
		return wrong_text(r, n, "is no size");
	if (!is_bounded(r, n, v << shift))
		return false;
	*ret = v << shift;
	return true;
}

static bool read_time(const struct reading *r, const struct config_node *n, void *to)
{
	usec_t *ret = to;
	usec_t v;

	if (!time_parse(n->text, &v))
		return wrong_text(r, n, "is no time");
	if (!is_bounded(r, n, (uint64_t)v))
		return false;
	*ret = v;
	return true;
}

static bool read_enum(const struct reading *r, const struct config_node *n, void *to)
{
	unsigned *ret = to;
	const char *nearest = NULL;
	unsigned best = CONFIG_FAR;

	for (unsigned i = 0; r->o->words[i]; i++) {
		const char *word = r->o->words[i];

		if (*word == '!' && slice_eq(n->text, slice_str(word + 1))) {
			char what[80];

			snprintf(what, sizeof(what), "'%s: %s' is not built yet", r->o->key,
				word + 1);
			return wrong(r, n, what);
		}
		if (slice_eq(n->text, slice_str(word))) {
			*ret = i;
			return true;
		}
		if (*word != '!' && config_is_nearer(n->text, slice_str(word), &best))
			nearest = word;
	}
	char what[120];

	snprintf(what, sizeof(what), "'%.*s' is unknown%s%s%s", SLICE_ARG(slice_take(n->text, 40)),
		nearest ? ", did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
	return wrong(r, n, what);
}

static bool read_path(const struct reading *r, const struct config_node *n, void *to)
{
	struct slice *ret = to;
	struct arena *a = &r->l->store->arena;
	const char *config = r->l->in->path;
	const char *slash = config ? strrchr(config, '/') : NULL;

	if (n->text.p[0] == '/' || slash == NULL)
		*ret = n->text;
	else
		*ret = slice_str(
			arena_printf(a, "%.*s/%s", (int)(slash - config), config, n->text.p));
	return true;
}

static const char *why(int code)
{
	return code == ERR_NOTFOUND		       ? "it does not exist"
	       : code == ERR_ACCESS		       ? "permission was denied"
	       : code == ERR_LIMIT || code == ERR_FULL ? "it is too large"
						       : err_name(code);
}

static void note_secret(struct config_loading *l, struct slice content)
{
	struct config_secret *s = arena_new(&l->store->arena, struct config_secret);

	s->content = content;
	s->next = l->store->secrets;
	l->store->secrets = s;
}

static bool read_file(const struct reading *r, const struct config_node *n, void *to)
{
	struct config_file *ret = to;
	struct config_file f = { .content = S("") };
	struct buf content;
	int e;

	read_path(r, n, &f.path);
	if (r->l->in->read_file) {
		buf_init(&content, CONFIG_FILE_MAX);
		e = r->l->in->read_file(r->l->in->arg, f.path.p, &content);
		if (e == 0 && content.failed)
			e = ERR_LIMIT;
		if (e == 0)
			f.content = arena_dup(&r->l->store->arena, buf_slice(&content));
		buf_done_secret(&content);
		if (e < 0) {
			config_report_error(r->l->report, n, "'%s': the file %s cannot be read: %s",
				r->o->key, f.path.p, why(e));
			return false;
		}
		if (r->o->type == CONFIG_TYPE_SECRET)
			note_secret(r->l, f.content);
	}
	*ret = f;
	return true;
}

static bool read_address(const struct reading *r, const struct config_node *n, void *to)
{
	struct ip_port *ret = to;
	struct ip_port a;

	if (!ip_port_parse(n->text, &a) || a.port == 0)
		return wrong_text(r, n, "is no address with a port");
	*ret = a;
	return true;
}

static bool read_ip(const struct reading *r, const struct config_node *n, void *to)
{
	struct ip *ret = to;
	return ip_parse(n->text, ret) || wrong_text(r, n, "is no address");
}

static bool read_server(const struct reading *r, const struct config_node *n, void *to)
{
	struct ip_port *ret = to;
	size_t at = slice_find(n->text, '@');
	struct ip_port a = { .port = 53 };
	uint64_t port = 53;

	if (!ip_parse(slice_take(n->text, at), &a.ip) ||
		(at < n->text.n && !slice_to_u64(slice_skip(n->text, at + 1), UINT16_MAX, &port)) ||
		port == 0)
		return wrong_text(r, n, "is no resolver");
	a.port = (uint16_t)port;
	*ret = a;
	return true;
}

static bool read_pattern(const struct reading *r, const struct config_node *n, void *to)
{
	struct slice *ret = to;
	if (n->text.n > PATTERN_MAX)
		return wrong(r, n, "the pattern is over 320 bytes");
	*ret = n->text;
	return true;
}

static bool read_network(const struct reading *r, const struct config_node *n, void *to)
{
	struct ip_net *ret = to;
	if (ip_net_parse(n->text, ret))
		return true;
	struct ip ip;
	size_t slash = slice_find(n->text, '/');
	uint64_t bits;

	/* The usual slip deserves its own words. */
	if (ip_parse(slice_take(n->text, slash), &ip) &&
		slice_to_u64(slice_skip(n->text, slash + 1), ip.family == IP_V4 ? 32 : 128, &bits))
		return wrong_text(r, n, "has bits set behind the network's prefix");
	return wrong_text(r, n, "is no network");
}

static bool take_scheme(struct slice *s, struct config_endpoint *h)
{
	static const struct {
		struct slice prefix;
		struct config_endpoint place;
	} schemes[] = {
		{ SLICE("smtp://"), { .port = 25 } },
		{ SLICE("smtps://"), { .port = 465, .implicit_tls = true } },
		{ SLICE("lmtp://"), { .port = 24, .protocol = CONFIG_LMTP } },
	};

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (slice_starts_nocase(*s, schemes[i].prefix)) {
			*h = schemes[i].place;
			*s = slice_skip(*s, schemes[i].prefix.n);
			return true;
		}
	*h = (struct config_endpoint){ .port = 25 };
	return slice_search(*s, S("://")) == s->n;
}

/* host / [v6] with an optional :port, nothing behind it. */
static bool read_host(const struct reading *r, const struct config_node *n, void *to)
{
	struct config_endpoint *ret = to;
	struct config_endpoint h;
	struct slice s = n->text, name, rest;
	uint64_t port;

	if (!take_scheme(&s, &h))
		return wrong_text(r, n, "has an unknown scheme");
	if (s.n && s.p[0] == '[') {
		size_t end = slice_find(s, ']');

		name = slice_skip(slice_take(s, end), 1);
		rest = slice_skip(s, end + 1);
		if (end == s.n || !ip_parse(name, &h.ip) || slice_find(name, ':') == name.n)
			return wrong_text(r, n, "has no IPv6 address in its brackets");
	} else {
		name = slice_take(s, slice_find(s, ':'));
		rest = slice_skip(s, name.n);
		if (!ip_parse(name, &h.ip) && !config_is_dns_name(name))
			return wrong_text(r, n, "names no host");
	}
	if (rest.n) {
		if (rest.p[0] != ':' || !slice_to_u64(slice_skip(rest, 1), UINT16_MAX, &port) ||
			port == 0)
			return wrong_text(r, n, "has something else than a port behind the host");
		h.port = (uint16_t)port;
	}
	h.name = arena_dup(&r->l->store->arena, name);
	*ret = h;
	return true;
}

static bool read_via(const struct reading *r, const struct config_node *n, void *to)
{
	struct slice *ret = to;
	for (const char *const *w = r->o->words; *w; w++)
		if (**w == '!' && slice_eq(n->text, slice_str(*w + 1)))
			return wrong_text(r, n, "is not built yet");
	*ret = n->text;
	return true;
}

/* One row a type: how one value is read, and for lists the size of an item. */
typedef bool (*reader)(const struct reading *r, const struct config_node *n, void *ret);

static const struct {
	reader read;
	size_t item; /* 0: not a list */
} readers[] = {
	[CONFIG_TYPE_TEXT] = { read_text, 0 },
	[CONFIG_TYPE_NAME] = { read_name, 0 },
	[CONFIG_TYPE_MAILBOX] = { read_mailbox, 0 },
	[CONFIG_TYPE_BOOL] = { read_bool, 0 },
	[CONFIG_TYPE_COUNT] = { read_count, 0 },
	[CONFIG_TYPE_WORKERS] = { read_workers, 0 },
	[CONFIG_TYPE_SIZE] = { read_size, 0 },
	[CONFIG_TYPE_TIME] = { read_time, 0 },
	[CONFIG_TYPE_TIMES] = { read_time, sizeof(usec_t) },
	[CONFIG_TYPE_ENUM] = { read_enum, 0 },
	[CONFIG_TYPE_PATH] = { read_path, 0 },
	[CONFIG_TYPE_FILE] = { read_file, 0 },
	[CONFIG_TYPE_SECRET] = { read_file, 0 },
	[CONFIG_TYPE_ADDRESSES] = { read_address, sizeof(struct ip_port) },
	[CONFIG_TYPE_IPS] = { read_ip, sizeof(struct ip) },
	[CONFIG_TYPE_SERVERS] = { read_server, sizeof(struct ip_port) },
	[CONFIG_TYPE_NAMES] = { read_name, sizeof(struct slice) },
	[CONFIG_TYPE_PATTERNS] = { read_pattern, sizeof(struct slice) },
	[CONFIG_TYPE_NETWORK] = { read_network, 0 },
	[CONFIG_TYPE_NETWORKS] = { read_network, sizeof(struct ip_net) },
	[CONFIG_TYPE_HOST] = { read_host, 0 },
	[CONFIG_TYPE_VIA] = { read_via, 0 },
};

static bool read_scalar(
	const struct reading *r, const struct config_node *n, reader read, void *ret)
{
	char what[80];

	if (n->kind != CONFIG_SCALAR) {
		snprintf(what, sizeof(what), "%s stands here", config_node_kind_name(n));
		return wrong(r, n, what);
	}
	if (n->text.n == 0)
		return wrong(r, n, "the value is missing");
	return read(r, n, ret);
}

static bool read_list(
	const struct reading *r, const struct config_node *n, reader read, size_t item, void *ret)
{
	size_t count = n->kind == CONFIG_LIST ? n->count : 1, i = 0;
	char *v = arena_zalloc(&r->l->store->arena, item * (count + 1));
	bool good = true;

	if (n->kind != CONFIG_LIST) {
		good = read_scalar(r, n, read, v);
	} else {
		for (const struct config_node *it = n->first; it; it = it->next)
			good = read_scalar(r, it, read, v + item * i++) && good;
		if (count == 0)
			good = wrong(r, n, "the list is empty");
	}
	if (good) {
		/* Every list member is a pointer and a count; see options.c. */
		struct config_texts list = { (const void *)v, count };

		memcpy(ret, &list, sizeof(list));
	}
	return good;
}

bool config_value_read(struct config_loading *l, const struct config_option *o,
	const struct config_node *n, void *ret)
{
	struct reading r = { l, o };

	if (o->type == CONFIG_TYPE_SERVERS && n->kind == CONFIG_SCALAR &&
		slice_eq(n->text, S("system"))) {
		memset(ret, 0, sizeof(struct config_addresses));
		return true;
	}
	if (readers[o->type].item)
		return read_list(&r, n, readers[o->type].read, readers[o->type].item, ret);
	return read_scalar(&r, n, readers[o->type].read, ret);
}
