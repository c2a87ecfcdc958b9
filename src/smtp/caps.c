/* Two tables of names. LIMITS and SIZE have values; the rest are bits. */
#include "smtp/caps.h"

#include "base/buf.h"
#include "smtp/xclient.h"

static const struct slice cap_names[SMTP_CAP_COUNT] = {
	[SMTP_CAP_PIPELINING] = SLICE("PIPELINING"),
	[SMTP_CAP_SIZE] = SLICE("SIZE"),
	[SMTP_CAP_8BITMIME] = SLICE("8BITMIME"),
	[SMTP_CAP_SMTPUTF8] = SLICE("SMTPUTF8"),
	[SMTP_CAP_CHUNKING] = SLICE("CHUNKING"),
	[SMTP_CAP_BINARYMIME] = SLICE("BINARYMIME"),
	[SMTP_CAP_DSN] = SLICE("DSN"),
	[SMTP_CAP_ENHANCEDSTATUSCODES] = SLICE("ENHANCEDSTATUSCODES"),
	[SMTP_CAP_STARTTLS] = SLICE("STARTTLS"),
	[SMTP_CAP_AUTH] = SLICE("AUTH"),
	[SMTP_CAP_LIMITS] = SLICE("LIMITS"),
	[SMTP_CAP_REQUIRETLS] = SLICE("REQUIRETLS"),
	[SMTP_CAP_MT_PRIORITY] = SLICE("MT-PRIORITY"),
	[SMTP_CAP_DELIVERBY] = SLICE("DELIVERBY"),
	[SMTP_CAP_FUTURERELEASE] = SLICE("FUTURERELEASE"),
	[SMTP_CAP_ETRN] = SLICE("ETRN"),
	[SMTP_CAP_XCLIENT] = SLICE("XCLIENT"),
	[SMTP_CAP_XFORWARD] = SLICE("XFORWARD"),
	[SMTP_CAP_PRDR] = SLICE("PRDR"),
	[SMTP_CAP_VRFY] = SLICE("VRFY"),
	[SMTP_CAP_HELP] = SLICE("HELP"),
};

static const struct slice mech_names[SMTP_MECH_COUNT] = {
	[SMTP_MECH_PLAIN] = SLICE("PLAIN"),
	[SMTP_MECH_LOGIN] = SLICE("LOGIN"),
	[SMTP_MECH_CRAM_MD5] = SLICE("CRAM-MD5"),
	[SMTP_MECH_SCRAM_SHA_1] = SLICE("SCRAM-SHA-1"),
	[SMTP_MECH_SCRAM_SHA_1_PLUS] = SLICE("SCRAM-SHA-1-PLUS"),
	[SMTP_MECH_SCRAM_SHA_256] = SLICE("SCRAM-SHA-256"),
	[SMTP_MECH_SCRAM_SHA_256_PLUS] = SLICE("SCRAM-SHA-256-PLUS"),
	[SMTP_MECH_OAUTHBEARER] = SLICE("OAUTHBEARER"),
	[SMTP_MECH_XOAUTH2] = SLICE("XOAUTH2"),
	[SMTP_MECH_EXTERNAL] = SLICE("EXTERNAL"),
};

const char *smtp_mech_name(enum smtp_mech mech)
{
	return mech_names[mech].p;
}

const char *smtp_cap_name(enum smtp_cap cap)
{
	return cap_names[cap].p;
}

bool smtp_mech_parse(struct slice name, enum smtp_mech *ret)
{
	for (unsigned i = 0; i < SMTP_MECH_COUNT; i++) {
		if (slice_eq_nocase(name, mech_names[i])) {
			*ret = (enum smtp_mech)i;
			return true;
		}
	}
	return false;
}

static struct slice next_word(struct slice *s)
{
	while (s->n && (s->p[0] == ' ' || s->p[0] == '\t'))
		*s = slice_skip(*s, 1);
	size_t n = 0;

	while (n < s->n && s->p[n] != ' ' && s->p[n] != '\t')
		n++;
	struct slice word = slice_take(*s, n);

	*s = slice_skip(*s, n);
	return word;
}

/* auth-param = SP sasl-mech *(SP sasl-mech)     RFC 4954 section 3 */
static void read_mechs(struct smtp_caps *c, struct slice rest)
{
	struct slice word;

	smtp_caps_add(c, SMTP_CAP_AUTH);
	while ((word = next_word(&rest)).n) {
		enum smtp_mech mech;

		if (smtp_mech_parse(word, &mech))
			c->mechs |= UINT32_C(1) << mech;
	}
}

/* limits-param = limit-name-value 0*[ SP limit-name-value ]
 * limit-name-value = limit-name ["=" limit-value]          RFC 9422 section 3 */
static void read_limits(struct smtp_caps *c, struct slice rest)
{
	struct slice value;

	while ((value = next_word(&rest)).n) {
		struct slice name = slice_split(&value, '=');
		uint64_t n;

		if (!slice_to_u64(value, UINT32_MAX, &n) || n == 0)
			continue;
		if (slice_eq_nocase(name, S("MAILMAX")))
			c->mail_max = (uint32_t)n;
		else if (slice_eq_nocase(name, S("RCPTMAX")))
			c->rcpt_max = (uint32_t)n;
		else if (slice_eq_nocase(name, S("RCPTDOMAINMAX")))
			c->rcpt_domain_max = (uint32_t)n;
	}
}

/* ehlo-line = ehlo-keyword *( SP ehlo-param )     RFC 5321 section 4.1.1.1 */
void smtp_caps_read_line(struct smtp_caps *c, struct slice line)
{
	struct slice keyword = next_word(&line);

	if (slice_starts_nocase(keyword, S("AUTH="))) {
		read_mechs(c, slice_skip(keyword, 5));
		read_mechs(c, line);
		return;
	}
	for (unsigned i = 0; i < SMTP_CAP_COUNT; i++) {
		if (!slice_eq_nocase(keyword, cap_names[i]))
			continue;
		smtp_caps_add(c, (enum smtp_cap)i);
		if (i == SMTP_CAP_SIZE)
			(void)slice_to_u64(next_word(&line), UINT64_MAX, &c->size);
		else if (i == SMTP_CAP_AUTH)
			read_mechs(c, line);
		else if (i == SMTP_CAP_LIMITS)
			read_limits(c, line);
		else if (i == SMTP_CAP_XCLIENT)
			c->xclient |= smtp_x_read_names(line) & SMTP_XCLIENT_ALL;
		else if (i == SMTP_CAP_XFORWARD)
			c->xforward |= smtp_x_read_names(line) & SMTP_XFORWARD_ALL;
		return;
	}
}

void smtp_caps_read(struct slice text, struct smtp_caps *ret)
{
	struct smtp_caps c = { 0 };

	slice_split(&text, '\n');
	while (text.n)
		smtp_caps_read_line(&c, slice_split(&text, '\n'));
	*ret = c;
}

static void put_value(struct buf *b, const struct smtp_caps *c, enum smtp_cap cap)
{
	if (cap == SMTP_CAP_SIZE && c->size)
		buf_printf(b, " %llu", (unsigned long long)c->size);
	if (cap == SMTP_CAP_XCLIENT)
		smtp_x_format_names(b, c->xclient);
	if (cap == SMTP_CAP_XFORWARD)
		smtp_x_format_names(b, c->xforward);
	if (cap == SMTP_CAP_LIMITS && c->mail_max)
		buf_printf(b, " MAILMAX=%u", c->mail_max);
	if (cap == SMTP_CAP_LIMITS && c->rcpt_max)
		buf_printf(b, " RCPTMAX=%u", c->rcpt_max);
	if (cap == SMTP_CAP_LIMITS && c->rcpt_domain_max)
		buf_printf(b, " RCPTDOMAINMAX=%u", c->rcpt_domain_max);
	for (unsigned m = 0; cap == SMTP_CAP_AUTH && m < SMTP_MECH_COUNT; m++) {
		if (smtp_caps_has_mech(c, (enum smtp_mech)m)) {
			buf_putc(b, ' ');
			buf_put(b, mech_names[m]);
		}
	}
}

/* ehlo-ok-rsp = "250-" Domain [ SP ehlo-greet ] CRLF *( "250-" ehlo-line CRLF )
 *               "250" SP ehlo-line CRLF     RFC 5321 section 4.1.1.1 */
void smtp_caps_format(
	struct buf *b, const struct smtp_caps *c, struct slice hostname, struct slice text)
{
	uint32_t left = c->set & ((UINT32_C(1) << SMTP_CAP_COUNT) - 1);

	if (c->mechs == 0)
		left &= ~(UINT32_C(1) << SMTP_CAP_AUTH); /* there must be one to name */
	buf_puts(b, left ? "250-" : "250 ");
	buf_put(b, hostname);
	if (text.n) {
		buf_putc(b, ' ');
		buf_put(b, text);
	}
	buf_puts(b, "\r\n");
	for (unsigned i = 0; left; i++, left >>= 1) {
		if (!(left & 1))
			continue;
		buf_puts(b, left > 1 ? "250-" : "250 ");
		buf_put(b, cap_names[i]);
		put_value(b, c, (enum smtp_cap)i);
		buf_puts(b, "\r\n");
	}
}
