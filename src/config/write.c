/* Values back into the notation that they were read from, and the effective configuration made of
 * them. What `config show` prints loads again and gives the same configuration: the tests hold it
 * to that. */
#include "config/write.h"

#include "base/ascii.h"
#include "base/buf.h"
#include "base/time.h"
#include "config/config.h"
#include "config/options.h"
#include "config/yaml.h"

#define COLUMNS	       100
#define COMMENT_COLUMN 48

/* ---- values ---- */

void config_write_text(struct slice s, struct buf *ret)
{
	bool plain = s.n && (ascii_is_alnum(s.p[0]) || s.p[0] == '/');

	for (size_t i = 0; i < s.n && plain; i++)
		plain = ascii_is_alnum(s.p[i]) || strchr("._-/", s.p[i]);
	if (plain) {
		buf_put(ret, s);
		return;
	}
	buf_putc(ret, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			buf_putc(ret, '\\');
		buf_putc(ret, s.p[i]);
	}
	buf_putc(ret, '"');
}

static void put_size(struct buf *ret, uint64_t n)
{
	static const char *const units[] = { "", "KiB", "MiB", "GiB" };
	size_t u = 0;

	while (n && n % 1024 == 0 && u < 3) {
		n /= 1024;
		u++;
	}
	buf_printf(ret, "%llu%s", (unsigned long long)n, units[u]);
}

static void put_server(struct buf *ret, const struct ip_port *a)
{
	buf_putc(ret, '"');
	ip_format(ret, &a->ip);
	if (a->port != 53)
		buf_printf(ret, "@%u", a->port);
	buf_putc(ret, '"');
}

static void put_host(struct buf *ret, const struct config_endpoint *h)
{
	const char *scheme = h->protocol == CONFIG_LMTP ? "lmtp"
			     : h->implicit_tls		? "smtps"
							: "smtp";
	bool v6 = h->ip.family == IP_V6;

	buf_printf(ret, "\"%s://%s%.*s%s:%u\"", scheme, v6 ? "[" : "", SLICE_ARG(h->name),
		v6 ? "]" : "", h->port);
}

static void put_quoted_address(struct buf *ret, const struct ip_port *a)
{
	buf_putc(ret, '"');
	if (a->ip.family != IP_NONE)
		ip_port_format(ret, a);
	else
		buf_printf(ret, ":%u", a->port);
	buf_putc(ret, '"');
}

static void put_quoted_ip(struct buf *ret, const struct ip *ip)
{
	buf_putc(ret, '"');
	ip_format(ret, ip);
	buf_putc(ret, '"');
}

/* The size of an item, or 0 when the type is no list. */
static size_t item_size(enum config_type type)
{
	static const size_t sizes[CONFIG_TYPE_NOT_BUILT + 1] = {
		[CONFIG_TYPE_TIMES] = sizeof(usec_t),
		[CONFIG_TYPE_ADDRESSES] = sizeof(struct ip_port),
		[CONFIG_TYPE_SERVERS] = sizeof(struct ip_port),
		[CONFIG_TYPE_IPS] = sizeof(struct ip),
		[CONFIG_TYPE_NAMES] = sizeof(struct slice),
		[CONFIG_TYPE_PATTERNS] = sizeof(struct slice),
		[CONFIG_TYPE_NETWORKS] = sizeof(struct ip_net),
	};

	return sizes[type];
}

static void put_network(struct buf *ret, const struct ip_net *net)
{
	buf_putc(ret, '"');
	ip_net_format(ret, net);
	buf_putc(ret, '"');
}

static void put_item(const struct config_option *o, const void *v, struct buf *ret)
{
	if (o->type == CONFIG_TYPE_TIMES)
		time_format(ret, *(const usec_t *)v);
	else if (o->type == CONFIG_TYPE_ADDRESSES)
		put_quoted_address(ret, v);
	else if (o->type == CONFIG_TYPE_SERVERS)
		put_server(ret, v);
	else if (o->type == CONFIG_TYPE_IPS)
		put_quoted_ip(ret, v);
	else if (o->type == CONFIG_TYPE_NETWORKS)
		put_network(ret, v);
	else
		config_write_text(*(const struct slice *)v, ret);
}

static void put_list(const struct config_option *o, const void *member, struct buf *ret)
{
	struct config_texts list;
	size_t size = item_size(o->type);

	memcpy(&list, member, sizeof(list)); /* every list is a pointer and a count */
	if (list.n == 0 && o->type == CONFIG_TYPE_SERVERS) {
		buf_puts(ret, "system");
		return;
	}
	buf_puts(ret, "[");
	for (size_t i = 0; i < list.n; i++) {
		buf_puts(ret, i ? ", " : " ");
		put_item(o, (const char *)list.v + i * size, ret);
	}
	buf_puts(ret, " ]");
}

static void put_count(const struct config_option *o, uint32_t v, struct buf *ret)
{
	if (o->type == CONFIG_TYPE_WORKERS && v == 0)
		buf_puts(ret, "auto");
	else
		buf_printf(ret, "%u", v);
}

void config_write_value(const struct config_option *o, const void *member, struct buf *ret)
{
	static const bool is_text[CONFIG_TYPE_NOT_BUILT + 1] = {
		[CONFIG_TYPE_TEXT] = true,
		[CONFIG_TYPE_NAME] = true,
		[CONFIG_TYPE_MAILBOX] = true,
		[CONFIG_TYPE_PATH] = true,
		[CONFIG_TYPE_VIA] = true,
		[CONFIG_TYPE_FILE] = true, /* the path stands first */
		[CONFIG_TYPE_SECRET] = true,
	};

	if (is_text[o->type])
		config_write_text(*(const struct slice *)member, ret);
	else if (item_size(o->type))
		put_list(o, member, ret);
	else if (o->type == CONFIG_TYPE_BOOL)
		buf_puts(ret, *(const bool *)member ? "true" : "false");
	else if (o->type == CONFIG_TYPE_COUNT || o->type == CONFIG_TYPE_WORKERS)
		put_count(o, *(const uint32_t *)member, ret);
	else if (o->type == CONFIG_TYPE_SIZE)
		put_size(ret, *(const uint64_t *)member);
	else if (o->type == CONFIG_TYPE_TIME)
		time_format(ret, *(const usec_t *)member);
	else if (o->type == CONFIG_TYPE_ENUM)
		buf_puts(ret, o->words[*(const unsigned *)member]);
	else if (o->type == CONFIG_TYPE_HOST)
		put_host(ret, member);
	else if (o->type == CONFIG_TYPE_NETWORK)
		put_network(ret, member);
}

void config_write_prose(const char *prefix, const char *text, struct buf *ret)
{
	struct slice rest = slice_str(text);
	size_t column = 0; /* 0: nothing is written yet */

	while (rest.n) {
		struct slice word = slice_split(&rest, ' ');

		if (column == 0 || column + 1 + word.n > COLUMNS) {
			if (column)
				buf_putc(ret, '\n');
			buf_puts(ret, prefix);
			column = strlen(prefix);
		} else {
			buf_putc(ret, ' ');
			column++;
		}
		buf_put(ret, word);
		column += word.n;
	}
	if (*text)
		buf_putc(ret, '\n');
}

/* ---- config show ---- */

struct show {
	struct buf *out;
	unsigned depth;
	bool item; /* the next line begins an item of a list */
	size_t line; /* where the current line begins in out */
};

static void begin_line(struct show *s)
{
	s->line = s->out->n;
	for (unsigned i = 0; i < s->depth; i++)
		buf_puts(s->out, s->item && i + 1 == s->depth ? "- " : "  ");
	s->item = false;
}

static void end_line(struct show *s, const char *comment, unsigned line)
{
	size_t column = s->out->n - s->line;

	do
		buf_putc(s->out, ' ');
	while (++column < COMMENT_COLUMN);
	if (line)
		buf_printf(s->out, "# line %u\n", line);
	else
		buf_printf(s->out, "# %s\n", comment);
}

static bool is_section(const struct config_option *o)
{
	return o->type == CONFIG_TYPE_SECTION || o->type == CONFIG_TYPE_SECTION_LIST ||
	       o->type == CONFIG_TYPE_SECTION_MAP;
}

/* Nothing stands in the member: an option without default that was not said. */
static bool is_unset(const struct config_option *o, const char *member)
{
	struct config_texts list;

	if (o->def || o->type == CONFIG_TYPE_ENUM || o->type == CONFIG_TYPE_BOOL ||
		o->type == CONFIG_TYPE_NETWORK)
		return false;
	if (o->type == CONFIG_TYPE_SIZE)
		return *(const uint64_t *)(const void *)member == 0;
	if (o->type == CONFIG_TYPE_TIME)
		return *(const usec_t *)(const void *)member == 0;
	if (o->type == CONFIG_TYPE_COUNT)
		return *(const uint32_t *)(const void *)member == 0;
	if (o->type == CONFIG_TYPE_SECTION)
		return *(const struct config_node *const *)(const void *)member == NULL;
	memcpy(&list, member, sizeof(list));
	return list.n == 0;
}

static void show_value(struct show *s, const struct config_option *o,
	const struct config_node *section, const char *member)
{
	const struct config_node *n = config_node_get(section, o->key);

	begin_line(s);
	buf_printf(s->out, "%s: ", o->key);
	config_write_value(o, member, s->out);
	end_line(s, o->def ? "default" : "implied", config_line(n));
}

static void show_section(struct show *s, const struct config_section *sec, const char *v);

/* NOLINTBEGIN(misc-no-recursion): as deep as the table of options nests, whatever the input */
static void show_sections(struct show *s, const struct config_option *o, const char *member)
{
	struct config_texts list;

	memcpy(&list, member, sizeof(list));
	for (size_t i = 0; i < list.n; i++) {
		const char *item = (const char *)list.v + i * o->section->size;
		unsigned depth = s->depth;

		s->depth++;
		if (o->type == CONFIG_TYPE_SECTION_MAP) {
			const void *name = item + o->section->name_offset;

			begin_line(s);
			config_write_text(*(const struct slice *)name, s->out);
			buf_puts(s->out, ":\n");
			s->depth++;
		} else {
			s->item = true;
		}
		show_section(s, o->section, item);
		s->depth = depth;
		s->item = false;
	}
}

static void show_option(struct show *s, const struct config_option *o,
	const struct config_node *section, const char *member)
{
	bool always = o->type == CONFIG_TYPE_SECTION && o->implied == NULL;

	if (!always && is_unset(o, member))
		return;
	if (!is_section(o)) {
		show_value(s, o, section, member);
		return;
	}
	begin_line(s);
	buf_printf(s->out, "%s:\n", o->key);
	if (o->type == CONFIG_TYPE_SECTION) {
		s->depth++;
		show_section(s, o->section, member);
		s->depth--;
	} else {
		show_sections(s, o, member);
	}
}

/* An item of `recipients` says `is` or `file`, never both. */
static bool is_hidden(
	const struct config_section *sec, const struct config_option *o, const char *v)
{
	return sec->scalar_key && o->def &&
	       slice_eq(slice_str(o->key), slice_str(sec->scalar_key)) &&
	       !config_node_get(*(const struct config_node *const *)(const void *)v, o->key);
}

static void show_section(struct show *s, const struct config_section *sec, const char *v)
{
	const struct config_node *at = *(const struct config_node *const *)(const void *)v;

	for (size_t i = 0; i < sec->n; i++) {
		const struct config_option *o = &sec->options[i];

		if (o->type != CONFIG_TYPE_NOT_BUILT && !is_hidden(sec, o, v))
			show_option(s, o, at, v + o->offset);
	}
}

void config_write_show(const struct config *c, struct buf *ret)
{
	struct show s = { .out = ret };

	show_section(&s, &config_section_root, (const char *)c);
}

/* ---- what a reload cannot change ---- */

static bool differs(const struct config_option *o, const void *a, const void *b)
{
	struct buf x, y;

	buf_init(&x, CONFIG_WRITE_MAX);
	buf_init(&y, CONFIG_WRITE_MAX);
	config_write_value(o, a, &x);
	config_write_value(o, b, &y);
	bool same = slice_eq(buf_slice(&x), buf_slice(&y));

	buf_done(&x);
	buf_done(&y);
	return !same;
}

static void compare(const struct config_section *sec, const char *prefix, const char *a,
	const char *b, struct buf *ret)
{
	for (size_t i = 0; i < sec->n; i++) {
		const struct config_option *o = &sec->options[i];
		const char *x = a + o->offset, *y = b + o->offset;

		if (o->type == CONFIG_TYPE_SECTION)
			compare(o->section, o->key, x, y, ret);
		else if (o->restart && !is_section(o) && differs(o, x, y))
			buf_printf(ret, "%s%s%s%s", ret->n ? ", " : "", prefix, *prefix ? "." : "",
				o->key);
	}
}
/* NOLINTEND(misc-no-recursion) */

void config_write_restarts(const struct config *from, const struct config *to, struct buf *ret)
{
	compare(&config_section_root, "", (const char *)from, (const char *)to, ret);
}
