/* The rows of options.def as constant tables. The macros compare the size of each member with the C
 * type that the option's type fills, so that a row and a struct that disagree do not compile. */
#include "config/options.h"

#include "base/ascii.h"
#include "base/buf.h"
#include "base/time.h"
#include "config/config.h"

static const char *const words_for[] = { "internal", "submission", "mx", NULL };
static const char *const words_service[] = { "relay", "proxy", NULL };
static const char *const words_backend_failure[] = { "tempfail", "spool", NULL };
static const char *const words_listen_tls[] = { "off", "starttls", "implicit", "!intercept",
	"!opaque", "!strip", NULL };
static const char *const words_hop_tls[] = { "off", "opportunistic", "require", "verify", NULL };
static const char *const words_balance[] = { "ordered", "weighted", "least-connections", "sticky",
	NULL };
static const char *const words_sticky[] = { "address", "network", NULL };
static const char *const words_mechanism[] = { "auto", "plain", "login", "cram-md5",
	"scram-sha-256", "scram-sha-256-plus", NULL };
static const char *const words_log_format[] = { "logfmt", "json", NULL };
static const char *const words_log_level[] = { "debug", "info", "warning", "error", NULL };
static const char *const words_recipients[] = { "any", "backend-decides", "!verify", NULL };
static const char *const words_dedupe[] = { "off", "on", NULL };
static const char *const words_login_by[] = { "users", "pass-through", NULL };
static const char *const words_listener_via[] = { NULL };
static const char *const words_connect[] = { "accept", "auth", "mail", "rcpt", "dot", NULL };
static const char *const words_slowed[] = { "strangers", "everyone", NULL };
static const char *const words_early[] = { "refuse", "mark", "ignore", NULL };
static const char *const words_tell[] = { "none", "xforward", "xclient", "proxy-v1", "proxy-v2",
	NULL };
static const char *const words_domain_via[] = { "!better-mx", NULL };
static const char *const words_route_via[] = { "mx", "!better-mx", NULL };

/* Any list is a pointer and a count. */
struct list_member {
	const void *v;
	size_t n;
};

#define CTYPE_TEXT	   struct slice
#define CTYPE_NAME	   struct slice
#define CTYPE_MAILBOX	   struct slice
#define CTYPE_BOOL	   bool
#define CTYPE_COUNT	   uint32_t
#define CTYPE_WORKERS	   uint32_t
#define CTYPE_SIZE	   uint64_t
#define CTYPE_TIME	   usec_t
#define CTYPE_TIMES	   struct config_times
#define CTYPE_ENUM	   unsigned
#define CTYPE_PATH	   struct slice
#define CTYPE_FILE	   struct config_file
#define CTYPE_SECRET	   struct config_file
#define CTYPE_ADDRESSES	   struct config_addresses
#define CTYPE_IPS	   struct config_ips
#define CTYPE_SERVERS	   struct config_addresses
#define CTYPE_NAMES	   struct config_texts
#define CTYPE_PATTERNS	   struct config_texts
#define CTYPE_NETWORK	   struct ip_net
#define CTYPE_NETWORKS	   struct config_nets
#define CTYPE_HOST	   struct config_endpoint
#define CTYPE_VIA	   struct slice
#define CTYPE_SECTION_LIST struct list_member
#define CTYPE_SECTION_MAP  struct list_member
/* A section stands in its parent as a whole. */
#define SIZE_OF(struct_, member, TYPE) sizeof(((struct struct_ *)NULL)->member)
#define CTYPE_SECTION		       char

#define SIZES_AGREE(struct_, member, TYPE)                                                         \
	(CONFIG_TYPE_##TYPE == CONFIG_TYPE_SECTION ||                                              \
		SIZE_OF(struct_, member, TYPE) == sizeof(CTYPE_##TYPE))

#define SECTION_BEGIN(id) static const struct config_option id##_options[] = {
#define ROW(struct_, member, TYPE, key_, ...)                                                      \
	{ .key = (key_),                                                                           \
		.type = CONFIG_TYPE_##TYPE,                                                        \
		.offset = offsetof(struct struct_, member) +                                       \
			  0 * sizeof(char[SIZES_AGREE(struct_, member, TYPE) ? 1 : -1]),           \
		__VA_ARGS__ },
#define NOT_BUILT(key_, summary_)                                                                  \
	{ .key = (key_), .type = CONFIG_TYPE_NOT_BUILT, .summary = (summary_) },
#define SECTION_END(id, struct_, path_, ...)                                                       \
	}                                                                                          \
	;                                                                                          \
	SECTION_LINKAGE(id)                                                                        \
	const struct config_section config_section_##id = { .path = (path_),                       \
		.options = id##_options,                                                           \
		.n = sizeof(id##_options) / sizeof(id##_options[0]),                               \
		.size = sizeof(struct struct_),                                                    \
		__VA_ARGS__ };
/* All sections but the root are reached through it. */
#define SECTION_LINKAGE(id) SECTION_LINKAGE_##id
#define SECTION_LINKAGE_root
#define SECTION_LINKAGE_network	   static
#define SECTION_LINKAGE_proxy_from static
#define SECTION_LINKAGE_xclient	   static
#define SECTION_LINKAGE_xforward   static
#define SECTION_LINKAGE_tarpit	   static
#define SECTION_LINKAGE_flow	   static
#define SECTION_LINKAGE_bandwidth  static
#define SECTION_LINKAGE_listener   static
#define SECTION_LINKAGE_limits	   static
#define SECTION_LINKAGE_retry	   static
#define SECTION_LINKAGE_spool	   static
#define SECTION_LINKAGE_log	   static
#define SECTION_LINKAGE_admin	   static
#define SECTION_LINKAGE_dns	   static
#define SECTION_LINKAGE_delivery   static
#define SECTION_LINKAGE_tls	   static
#define SECTION_LINKAGE_users	   static
#define SECTION_LINKAGE_recipients static
#define SECTION_LINKAGE_domain	   static
#define SECTION_LINKAGE_route	   static
#define SECTION_LINKAGE_login	   static
#define SECTION_LINKAGE_host	   static
#define SECTION_LINKAGE_health	   static
#define SECTION_LINKAGE_hops	   static

#include "config/options.def"

const struct config_option *config_option_find(const struct config_section *s, struct slice key)
{
	for (size_t i = 0; i < s->n; i++)
		if (slice_eq(key, slice_str(s->options[i].key)))
			return &s->options[i];
	return NULL;
}

#define WORD_MAX 40

/* Edit distance with transpositions (optimal string alignment); both words are short. */
static unsigned distance(struct slice a, struct slice b)
{
	unsigned d[3][WORD_MAX + 1]; /* three rows of the table, used in turn */

	for (size_t j = 0; j <= b.n; j++)
		d[0][j] = (unsigned)j;
	for (size_t i = 1; i <= a.n; i++) {
		unsigned *row = d[i % 3], *above = d[(i - 1) % 3], *above2 = d[(i + 1) % 3];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b.n; j++) {
			char x = ascii_lower(a.p[i - 1]), y = ascii_lower(b.p[j - 1]);
			unsigned best = above[j - 1] + (x != y);

			if (above[j] + 1 < best)
				best = above[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			if (i > 1 && j > 1 && x == ascii_lower(b.p[j - 2]) &&
				ascii_lower(a.p[i - 2]) == y && above2[j - 2] + 1 < best)
				best = above2[j - 2] + 1;
			row[j] = best;
		}
	}
	return d[a.n % 3][b.n];
}

bool config_is_nearer(struct slice written, struct slice known, unsigned *best)
{
	if (written.n == 0 || known.n == 0 || written.n > WORD_MAX || known.n > WORD_MAX)
		return false;
	unsigned d = distance(written, known);

	/* One slip in four letters is likely another word. */
	if (d >= *best || d * 2 > known.n)
		return false;
	*best = d;
	return true;
}

const char *config_option_nearest(const struct config_section *s, struct slice key)
{
	const char *found = NULL;
	unsigned best = CONFIG_FAR;

	for (size_t i = 0; i < s->n; i++)
		if (s->options[i].type != CONFIG_TYPE_NOT_BUILT &&
			config_is_nearer(key, slice_str(s->options[i].key), &best))
			found = s->options[i].key;
	return found;
}

static void put_words(const struct config_option *o, struct buf *ret)
{
	const char *between = "";

	for (const char *const *w = o->words; *w; w++) {
		if (**w == '!')
			continue;
		buf_printf(ret, "%s%s", between, *w);
		between = w[1] && *w[1] != '!' && (!w[2] || *w[2] == '!') ? " or " : ", ";
	}
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

static void put_bounds(const struct config_option *o, struct buf *ret)
{
	if (o->max == 0)
		return;
	buf_puts(ret, " from ");
	for (int i = 0; i < 2; i++) {
		uint64_t v = i == 0 ? o->min : o->max;

		if (o->type == CONFIG_TYPE_SIZE)
			put_size(ret, v);
		else if (o->type == CONFIG_TYPE_TIME || o->type == CONFIG_TYPE_TIMES)
			time_format(ret, (usec_t)v);
		else
			buf_printf(ret, "%llu", (unsigned long long)v);
		if (i == 0)
			buf_puts(ret, " to ");
	}
}

void config_option_expects(const struct config_option *o, struct buf *ret)
{
	static const char *const texts[] = {
		[CONFIG_TYPE_TEXT] = "text in one line",
		[CONFIG_TYPE_NAME] = "a DNS name in ASCII letters, digits, hyphens and dots",
		[CONFIG_TYPE_MAILBOX] = "an address such as admin@example.net",
		[CONFIG_TYPE_BOOL] = "true or false",
		[CONFIG_TYPE_COUNT] = "a number",
		[CONFIG_TYPE_WORKERS] = "auto or a number",
		[CONFIG_TYPE_SIZE] = "a size such as 512KiB or 50MiB",
		[CONFIG_TYPE_TIME] = "a time such as 30s, 5m or 2d",
		[CONFIG_TYPE_TIMES] = "a list of times such as [ 1m, 5m, 1h ], each",
		[CONFIG_TYPE_ENUM] = "",
		[CONFIG_TYPE_PATH] = "a path",
		[CONFIG_TYPE_FILE] = "the path of a file",
		[CONFIG_TYPE_SECRET] = "the path of a file",
		[CONFIG_TYPE_ADDRESSES] =
			"\"ADDRESS:PORT\", \"[V6ADDRESS]:PORT\" or \":PORT\", one or a list",
		[CONFIG_TYPE_IPS] = "an address or a list of them",
		[CONFIG_TYPE_SERVERS] = "system, or \"ADDRESS\" or \"ADDRESS@PORT\", one or a list",
		[CONFIG_TYPE_NAMES] = "a DNS name or a list of them",
		[CONFIG_TYPE_PATTERNS] = "a pattern such as \"*@example.net\" or a list of them",
		[CONFIG_TYPE_NETWORK] = "a network such as 10.1.0.0/24 or \"2001:db8::/64\"",
		[CONFIG_TYPE_NETWORKS] =
			"a network such as 10.1.0.0/24 or \"2001:db8::/64\", or a list of them",
		[CONFIG_TYPE_HOST] =
			"\"HOST\", \"HOST:PORT\", or a smtp://, smtps:// or lmtp:// URL",
		[CONFIG_TYPE_VIA] = "a name in `hops`",
		[CONFIG_TYPE_SECTION] = "a map",
		[CONFIG_TYPE_SECTION_LIST] = "a list",
		[CONFIG_TYPE_SECTION_MAP] = "a map of names to maps",
		[CONFIG_TYPE_NOT_BUILT] = "",
	};

	buf_puts(ret, texts[o->type]);
	if (o->type == CONFIG_TYPE_ENUM)
		put_words(o, ret);
	put_bounds(o, ret);
}
