/* One row a parameter: which command has it, what the server must offer, how to read the value and
 * how to write it. Reading and writing walk the same table, so they cannot drift apart. */
#include "smtp/param.h"

#include "base/arena.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/cursor.h"
#include "base/text.h"
#include "smtp/caps.h"
#include "smtp/path.h"
#include "smtp/xtext.h"

/* Where a value goes or comes from; one of the two is set. */
struct target {
	struct smtp_mail_params *mail;
	struct smtp_rcpt_params *rcpt;
};

static bool read_size(struct arena *a, struct slice v, struct target t)
{
	(void)a;
	/* size-value = 1*20DIGIT     RFC 1870 section 5 */
	return v.n <= 20 && slice_to_u64(v, UINT64_MAX, &t.mail->size);
}

static void write_size(struct buf *b, struct target t)
{
	buf_printf(b, "%llu", (unsigned long long)t.mail->size);
}

static const struct slice bodies[] = { SLICE("7BIT"), SLICE("8BITMIME"), SLICE("BINARYMIME") };

static bool read_body(struct arena *a, struct slice v, struct target t)
{
	(void)a;
	for (unsigned i = 0; i < 3; i++) {
		if (slice_eq_nocase(v, bodies[i])) {
			t.mail->body = (enum smtp_body)i;
			return true;
		}
	}
	return false;
}

static void write_body(struct buf *b, struct target t)
{
	buf_put(b, bodies[t.mail->body]);
}

static bool read_ret(struct arena *a, struct slice v, struct target t)
{
	(void)a;
	t.mail->ret = slice_eq_nocase(v, S("FULL"))   ? SMTP_RET_FULL
		      : slice_eq_nocase(v, S("HDRS")) ? SMTP_RET_HDRS
						      : SMTP_RET_UNSET;
	return t.mail->ret != SMTP_RET_UNSET;
}

static void write_ret(struct buf *b, struct target t)
{
	buf_puts(b, t.mail->ret == SMTP_RET_HDRS ? "HDRS" : "FULL");
}

static bool is_printable(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!ascii_is_print(s.p[i]))
			return false;
	return true;
}

/* envid-parameter = "ENVID=" xtext; what it encodes is printable     RFC 3461 section 4.4 */
static bool read_envid(struct arena *a, struct slice v, struct target t)
{
	return v.n > 0 && v.n <= SMTP_PARAM_ENVID_MAX && smtp_xtext_decode(a, v, &t.mail->envid) &&
	       is_printable(t.mail->envid);
}

static void write_envid(struct buf *b, struct target t)
{
	smtp_xtext_encode(b, t.mail->envid);
}

/* "AUTH=" ( "<>" / xtext of a mailbox )     RFC 4954 section 5 */
static bool read_auth(struct arena *a, struct slice v, struct target t)
{
	struct smtp_path path;

	t.mail->auth = SLICE_NIL;
	if (slice_eq(v, S("<>")))
		return true;
	return smtp_xtext_decode(a, v, &t.mail->auth) &&
	       smtp_path_parse_mailbox(a, t.mail->auth, &path) == SMTP_PATH_OK;
}

static void write_auth(struct buf *b, struct target t)
{
	if (t.mail->auth.n)
		smtp_xtext_encode(b, t.mail->auth);
	else
		buf_puts(b, "<>");
}

/* priority-value = ( ["-"] NZDIGIT ) / "0"     RFC 6710 section 8 */
static bool read_priority(struct arena *a, struct slice v, struct target t)
{
	bool negative = v.n == 2 && v.p[0] == '-';
	uint64_t n;

	(void)a;
	if (negative)
		v = slice_skip(v, 1);
	if (v.n != 1 || !slice_to_u64(v, 9, &n) || (negative && n == 0))
		return false;
	t.mail->mt_priority = negative ? -(int)n : (int)n;
	return true;
}

static void write_priority(struct buf *b, struct target t)
{
	buf_printf(b, "%d", t.mail->mt_priority);
}

/* by-value = by-time ";" by-mode [ by-trace ]
 * by-time = ["-" / "+" ] 1*9digit; by-mode = "N" / "R"; by-trace = "T"     RFC 2852 section 4 */
static bool read_by(struct arena *a, struct slice v, struct target t)
{
	struct slice time = slice_split(&v, ';');
	bool negative = time.n && time.p[0] == '-';
	uint64_t n;

	(void)a;
	if (time.n && (negative || time.p[0] == '+'))
		time = slice_skip(time, 1);
	if (time.n > 9 || !slice_to_u64(time, 999999999, &n) || v.n == 0 || v.n > 2)
		return false;
	char mode = ascii_upper(v.p[0]);

	if ((mode != 'N' && mode != 'R') || (v.n == 2 && ascii_upper(v.p[1]) != 'T'))
		return false;
	if (mode == 'R' && (negative || n == 0))
		return false;
	t.mail->by_seconds = negative ? -(int32_t)n : (int32_t)n;
	t.mail->by_mode = mode;
	t.mail->by_trace = v.n == 2;
	return true;
}

static void write_by(struct buf *b, struct target t)
{
	buf_printf(b, "%d;%c%s", t.mail->by_seconds, t.mail->by_mode, t.mail->by_trace ? "T" : "");
}

/* hold-for = "HOLDFOR=" future-release-integer; 1*9DIGIT     RFC 4865 section 4 */
static bool read_holdfor(struct arena *a, struct slice v, struct target t)
{
	uint64_t n;

	(void)a;
	if (v.n > 9 || !slice_to_u64(v, 999999999, &n) || n == 0)
		return false;
	t.mail->hold_for_seconds = (uint32_t)n;
	return true;
}

static void write_holdfor(struct buf *b, struct target t)
{
	buf_printf(b, "%u", t.mail->hold_for_seconds);
}

static int digits(struct cursor *c, size_t n)
{
	uint64_t value = 0;

	if (!slice_to_u64(cursor_take(c, n), UINT64_MAX, &value))
		c->failed = true;
	return (int)value;
}

/* time-offset = "Z" / ( "+" / "-" ) 2DIGIT ":" 2DIGIT     RFC 3339 section 5.6 */
static usec_t offset(struct cursor *c)
{
	if (cursor_accept_nocase(c, S("Z")))
		return 0;
	bool west = cursor_accept(c, '-');

	if (!west)
		cursor_expect(c, '+');
	int hours = digits(c, 2);

	cursor_expect(c, ':');
	int minutes = digits(c, 2);

	if (hours > 23 || minutes > 59)
		c->failed = true;
	usec_t sum = hours * USEC_PER_HOUR + minutes * USEC_PER_MIN;

	return west ? -sum : sum;
}

/* hold-until = "HOLDUNTIL=" Internet-style-date-time     RFC 4865 section 4
 * date-time = full-date "T" full-time                     RFC 3339 section 5.6 */
static bool read_holduntil(struct arena *a, struct slice v, struct target t)
{
	struct cursor c = cursor_of(v);
	struct time_civil d = { 0 };

	(void)a;
	d.year = digits(&c, 4);
	cursor_expect(&c, '-');
	d.month = digits(&c, 2);
	cursor_expect(&c, '-');
	d.day = digits(&c, 2);
	if (!cursor_accept_nocase(&c, S("T")))
		c.failed = true;
	d.hour = digits(&c, 2);
	cursor_expect(&c, ':');
	d.minute = digits(&c, 2);
	cursor_expect(&c, ':');
	d.second = digits(&c, 2);
	if (cursor_accept(&c, '.') && cursor_run(&c, ascii_is_digit).n == 0)
		c.failed = true;
	usec_t east = offset(&c);

	if (c.failed || !cursor_at_end(&c) || d.year < 1970 || d.month < 1 || d.month > 12 ||
		d.day < 1 || d.day > 31 || d.hour > 23 || d.minute > 59 || d.second > 60)
		return false;
	t.mail->hold_until = time_from_civil(&d) - east;
	return true;
}

static void write_holduntil(struct buf *b, struct target t)
{
	struct time_civil d;

	time_civil(t.mail->hold_until, &d);
	buf_printf(b, "%04d-%02d-%02dT%02d:%02d:%02dZ", d.year, d.month, d.day, d.hour, d.minute,
		d.second);
}

static const struct {
	struct slice name;
	unsigned bit;
} notify_words[] = {
	{ SLICE("NEVER"), SMTP_NOTIFY_NEVER },
	{ SLICE("SUCCESS"), SMTP_NOTIFY_SUCCESS },
	{ SLICE("FAILURE"), SMTP_NOTIFY_FAILURE },
	{ SLICE("DELAY"), SMTP_NOTIFY_DELAY },
};

/* notify-esmtp-value = "NEVER" / ( notify-list-element *( "," notify-list-element ) )
 *                                              RFC 3461 section 4.1 */
static bool read_notify(struct arena *a, struct slice v, struct target t)
{
	unsigned bits = 0;

	(void)a;
	if (v.n == 0 || v.p[v.n - 1] == ',')
		return false;
	while (v.n) {
		struct slice word = slice_split(&v, ',');
		unsigned i = 0;

		while (i < 4 && !slice_eq_nocase(word, notify_words[i].name))
			i++;
		if (i == 4)
			return false;
		bits |= notify_words[i].bit;
	}
	if ((bits & SMTP_NOTIFY_NEVER) && bits != SMTP_NOTIFY_NEVER)
		return false;
	t.rcpt->notify = bits;
	return true;
}

static void write_notify(struct buf *b, struct target t)
{
	const char *comma = "";

	for (unsigned i = 0; i < 4; i++) {
		if (t.rcpt->notify & notify_words[i].bit) {
			buf_puts(b, comma);
			buf_put(b, notify_words[i].name);
			comma = ",";
		}
	}
}

static bool has_control(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
			return true;
	return false;
}

static bool is_atom(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!ascii_is_alnum(s.p[i]) && s.p[i] != '-')
			return false;
	return s.n > 0;
}

/* original-recipient-address = addr-type ";" xtext     RFC 3461 section 4.2
 * addr-type "utf-8" has its own encoding               RFC 6533 section 3 */
static bool read_orcpt(struct arena *a, struct slice v, struct target t)
{
	if (v.n > SMTP_PARAM_ORCPT_MAX)
		return false;
	struct slice type = slice_split(&v, ';');
	bool utf8 = slice_eq_nocase(type, S("utf-8"));

	if (!is_atom(type) || v.n == 0)
		return false;
	t.rcpt->orcpt_type = type;
	return (utf8 ? smtp_xtext_decode_utf8 : smtp_xtext_decode)(a, v, &t.rcpt->orcpt) &&
	       !has_control(t.rcpt->orcpt);
}

static void write_orcpt(struct buf *b, struct target t)
{
	buf_put(b, t.rcpt->orcpt_type);
	buf_putc(b, ';');
	if (slice_eq_nocase(t.rcpt->orcpt_type, S("utf-8")))
		smtp_xtext_encode_utf8(b, t.rcpt->orcpt);
	else
		smtp_xtext_encode(b, t.rcpt->orcpt);
}

static const struct row {
	struct slice name;
	enum smtp_cap cap;
	bool rcpt; /* of RCPT, else of MAIL */
	/* NULL in both: the parameter has no value */
	bool (*read)(struct arena *a, struct slice value, struct target t);
	void (*write)(struct buf *b, struct target t);
} rows[SMTP_PARAM_COUNT] = {
	[SMTP_PARAM_SIZE] = { SLICE("SIZE"), SMTP_CAP_SIZE, false, read_size, write_size },
	[SMTP_PARAM_BODY] = { SLICE("BODY"), SMTP_CAP_8BITMIME, false, read_body, write_body },
	[SMTP_PARAM_SMTPUTF8] = { SLICE("SMTPUTF8"), SMTP_CAP_SMTPUTF8, false, NULL, NULL },
	[SMTP_PARAM_RET] = { SLICE("RET"), SMTP_CAP_DSN, false, read_ret, write_ret },
	[SMTP_PARAM_ENVID] = { SLICE("ENVID"), SMTP_CAP_DSN, false, read_envid, write_envid },
	[SMTP_PARAM_AUTH] = { SLICE("AUTH"), SMTP_CAP_AUTH, false, read_auth, write_auth },
	[SMTP_PARAM_REQUIRETLS] = { SLICE("REQUIRETLS"), SMTP_CAP_REQUIRETLS, false, NULL, NULL },
	[SMTP_PARAM_MT_PRIORITY] = { SLICE("MT-PRIORITY"), SMTP_CAP_MT_PRIORITY, false,
		read_priority, write_priority },
	[SMTP_PARAM_BY] = { SLICE("BY"), SMTP_CAP_DELIVERBY, false, read_by, write_by },
	[SMTP_PARAM_HOLDFOR] = { SLICE("HOLDFOR"), SMTP_CAP_FUTURERELEASE, false, read_holdfor,
		write_holdfor },
	[SMTP_PARAM_HOLDUNTIL] = { SLICE("HOLDUNTIL"), SMTP_CAP_FUTURERELEASE, false,
		read_holduntil, write_holduntil },
	[SMTP_PARAM_PRDR] = { SLICE("PRDR"), SMTP_CAP_PRDR, false, NULL, NULL },
	[SMTP_PARAM_NOTIFY] = { SLICE("NOTIFY"), SMTP_CAP_DSN, true, read_notify, write_notify },
	[SMTP_PARAM_ORCPT] = { SLICE("ORCPT"), SMTP_CAP_DSN, true, read_orcpt, write_orcpt },
};

static enum smtp_param find(struct slice name, bool rcpt, const struct smtp_caps *offered)
{
	unsigned i = 0;

	while (i < SMTP_PARAM_COUNT &&
		!(rows[i].rcpt == rcpt && smtp_caps_has(offered, rows[i].cap) &&
			slice_eq_nocase(name, rows[i].name)))
		i++;
	return (enum smtp_param)i;
}

/* esmtp-param = esmtp-keyword ["=" esmtp-value]     RFC 5321 section 4.1.2 */
static enum smtp_param_error parse_one(struct arena *a, struct slice word,
	const struct smtp_caps *offered, uint32_t *present, struct target t)
{
	bool has_value = slice_find(word, '=') < word.n;
	struct slice value = word, name = slice_split(&value, '=');
	enum smtp_param which = find(name, t.rcpt != NULL, offered);

	if (which == SMTP_PARAM_COUNT)
		return SMTP_PARAM_UNKNOWN;
	if (*present >> which & 1)
		return SMTP_PARAM_TWICE;
	if (has_value != (rows[which].read != NULL))
		return SMTP_PARAM_VALUE;
	if (has_value && !rows[which].read(a, value, t))
		return SMTP_PARAM_VALUE;
	if (which == SMTP_PARAM_BODY && t.mail->body == SMTP_BODY_BINARYMIME &&
		!smtp_caps_has(offered, SMTP_CAP_BINARYMIME))
		return SMTP_PARAM_VALUE;
	*present |= UINT32_C(1) << which;
	return SMTP_PARAM_OK;
}

/* esmtp-params = esmtp-param *(SP esmtp-param); present lies in *t */
static enum smtp_param_error parse(struct arena *a, struct slice text,
	const struct smtp_caps *offered, uint32_t *present, struct target t,
	struct slice *ret_culprit)
{
	while (text.n) {
		struct slice word = slice_split(&text, ' ');

		if (word.n == 0)
			continue;
		enum smtp_param_error e = parse_one(a, word, offered, present, t);

		if (e != SMTP_PARAM_OK) {
			*ret_culprit = word;
			return e;
		}
	}
	return SMTP_PARAM_OK;
}

enum smtp_param_error smtp_param_parse_mail(struct arena *a, struct slice text,
	const struct smtp_caps *offered, struct smtp_mail_params *ret, struct slice *ret_culprit)
{
	struct smtp_mail_params p = { 0 };
	struct target t = { .mail = &p };
	enum smtp_param_error e = parse(a, text, offered, &p.present, t, ret_culprit);

	if (e == SMTP_PARAM_OK)
		*ret = p;
	return e;
}

enum smtp_param_error smtp_param_parse_rcpt(struct arena *a, struct slice text,
	const struct smtp_caps *offered, struct smtp_rcpt_params *ret, struct slice *ret_culprit)
{
	struct smtp_rcpt_params p = { 0 };
	struct target t = { .rcpt = &p };
	enum smtp_param_error e = parse(a, text, offered, &p.present, t, ret_culprit);

	if (e == SMTP_PARAM_OK)
		*ret = p;
	return e;
}

static void format(struct buf *b, uint32_t present, const struct smtp_caps *remote, struct target t)
{
	for (unsigned i = 0; i < SMTP_PARAM_COUNT; i++) {
		if (!(present >> i & 1) || !smtp_caps_has(remote, rows[i].cap))
			continue;
		buf_putc(b, ' ');
		buf_put(b, rows[i].name);
		if (rows[i].write) {
			buf_putc(b, '=');
			rows[i].write(b, t);
		}
	}
}

void smtp_param_format_mail(
	struct buf *b, const struct smtp_mail_params *p, const struct smtp_caps *remote)
{
	struct smtp_mail_params copy = *p;

	format(b, p->present, remote, (struct target){ .mail = &copy });
}

void smtp_param_format_rcpt(
	struct buf *b, const struct smtp_rcpt_params *p, const struct smtp_caps *remote)
{
	struct smtp_rcpt_params copy = *p;

	format(b, p->present, remote, (struct target){ .rcpt = &copy });
}

void smtp_mail_params_dup(
	struct arena *a, const struct smtp_mail_params *p, struct smtp_mail_params *ret)
{
	struct smtp_mail_params copy = *p;

	copy.envid = arena_dup(a, p->envid);
	copy.auth = arena_dup(a, p->auth);
	*ret = copy;
}

void smtp_rcpt_params_dup(
	struct arena *a, const struct smtp_rcpt_params *p, struct smtp_rcpt_params *ret)
{
	struct smtp_rcpt_params copy = *p;

	copy.orcpt_type = arena_dup(a, p->orcpt_type);
	copy.orcpt = arena_dup(a, p->orcpt);
	*ret = copy;
}
