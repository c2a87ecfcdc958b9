/* Written clause by clause, one line each, so that no line is long whatever the peer called itself.
 * What a peer supplied is cut down to characters that cannot end a comment or a line. */
#include "message/trace.h"

#include "base/ascii.h"
#include "base/buf.h"
#include "message/date.h"
#include "message/header.h"
#include "smtp/path.h"

#define WORD_MAX 255 /* bytes of a peer's word */

static bool is_safe(char c, bool utf8)
{
	switch (c) {
	case '.':
	case '-':
	case '_':
	case ':':
	case '[':
	case ']':
		return true;
	default:
		return ascii_is_alnum(c) || (utf8 && (unsigned char)c >= 128);
	}
}

/* A domain, a literal or what stands for one: anything that could break out becomes "?",
 * and so does what only a message with SMTPUTF8 may hold. */
static void put_word(struct buf *b, struct slice s, bool utf8)
{
	s = slice_take(s, WORD_MAX);
	for (size_t i = 0; i < s.n; i++)
		buf_putc(b, is_safe(s.p[i], utf8) ? s.p[i] : '?');
}

/* TCP-info = address-literal / ( Domain FWS address-literal )     RFC 5321 section 4.4 */
static void put_client(struct buf *b, const struct message_trace *t)
{
	buf_puts(b, " (");
	if (t->rdns.n) {
		put_word(b, t->rdns, t->smtputf8);
		buf_putc(b, ' ');
	}
	if (t->ip.family == IP_NONE) {
		buf_puts(b, "unknown)");
		return;
	}
	buf_puts(b, t->ip.family == IP_V6 ? "[IPv6:" : "[");
	ip_format(b, &t->ip);
	buf_puts(b, "])");
}

static void put_comment(struct buf *b, struct slice s)
{
	buf_puts(b, "\t(");
	for (size_t i = 0; i < s.n; i++) {
		bool safe = ascii_is_print(s.p[i]) && s.p[i] != '(' && s.p[i] != ')' &&
			    s.p[i] != '\\';

		buf_putc(b, safe ? s.p[i] : '?');
	}
	buf_puts(b, ")\r\n");
}

const char *message_trace_protocol(const struct message_trace *t)
{
	static const char *const esmtp[] = { "ESMTP", "ESMTPS", "ESMTPA", "ESMTPSA" };
	static const char *const lmtp[] = { "LMTP", "LMTPS", "LMTPA", "LMTPSA" };
	static const char *const utf8[] = { "UTF8SMTP", "UTF8SMTPS", "UTF8SMTPA", "UTF8SMTPSA" };
	static const char *const utf8_lmtp[] = { "UTF8LMTP", "UTF8LMTPS", "UTF8LMTPA",
		"UTF8LMTPSA" };
	unsigned which = (t->tls ? 1u : 0u) + (t->authenticated ? 2u : 0u);

	if (t->lmtp)
		return t->smtputf8 ? utf8_lmtp[which] : lmtp[which];
	if (t->smtputf8)
		return utf8[which];
	return t->esmtp ? esmtp[which] : "SMTP";
}

/* Time-stamp-line = "Received:" FWS Stamp
 * Stamp = From-domain By-domain Opt-info [CFWS] ";" FWS date-time     RFC 5321 section 4.4 */
void message_trace_received(struct buf *b, const struct message_trace *t)
{
	bool from = t->ip.family != IP_NONE || t->helo.n > 0;

	buf_puts(b, "Received: ");
	if (from) {
		buf_puts(b, "from ");
		put_word(b, t->helo.n ? t->helo : S("unknown"), t->smtputf8);
		put_client(b, t);
		buf_puts(b, "\r\n");
		if (t->tls_text.n)
			put_comment(b, t->tls_text);
		buf_putc(b, '\t');
	}
	buf_puts(b, "by ");
	put_word(b, t->by, t->smtputf8);
	if (from) {
		buf_puts(b, " with ");
		buf_puts(b, message_trace_protocol(t));
	}
	buf_puts(b, " id ");
	put_word(b, t->id, t->smtputf8);
	if (t->only_rcpt) {
		buf_puts(b, "\r\n\tfor ");
		smtp_path_format(b, t->only_rcpt);
	}
	buf_puts(b, ";\r\n\t");
	message_date_format(b, t->when);
	buf_puts(b, "\r\n");
}

/* Return-path-line = "Return-Path:" FWS Reverse-path <CRLF>     RFC 5321 section 4.4 */
void message_trace_return_path(struct buf *b, const struct smtp_path *reverse_path)
{
	buf_puts(b, "Return-Path: ");
	smtp_path_format(b, reverse_path);
	buf_puts(b, "\r\n");
}

size_t message_trace_hops(struct slice block)
{
	return message_header_count(block, S("Received"));
}
