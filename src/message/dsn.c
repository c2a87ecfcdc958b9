/* The message is written front to back: header, words for people, fields for machines, the
 * original. Fields for machines are ASCII in any case (utf-8-addr-xtext of RFC 6533), since more
 * programs read that than message/global-delivery-status; only the words for people show an
 * address as it is. The boundary is random, so that no original can contain it by design. */
#include "message/dsn.h"

#include "base/buf.h"
#include "base/text.h"
#include "message/date.h"
#include "message/header.h"
#include "message/msgid.h"
#include "smtp/xtext.h"

#define DIAGNOSTIC_MAX 800 /* bytes of a server's words that are passed on */
#define ADDRESS_MAX    960 /* bytes of an address, so that its field is one line */
#define FIELD_MAX      4000 /* bytes of a field while it is put together */

#define ACTIONS (MESSAGE_DSN_EXPANDED + 1)

static const struct {
	const char *name; /* action-value     RFC 3464 section 2.3.3 */
	const char *subject;
	const char *one, *many; /* how the list of its recipients begins */
	const char *end;
} actions[ACTIONS] = {
	[MESSAGE_DSN_FAILED] = { "failed", "Undelivered mail",
		"Your message could not be delivered to this recipient:",
		"Your message could not be delivered to these recipients:",
		"It will not be tried again." },
	[MESSAGE_DSN_DELAYED] = { "delayed", "Mail is delayed",
		"Your message could not be delivered yet to this recipient:",
		"Your message could not be delivered yet to these recipients:",
		"You need not send it again: it will be tried further." },
	[MESSAGE_DSN_DELIVERED] = { "delivered", "Mail was delivered",
		"Your message was delivered to this recipient:",
		"Your message was delivered to these recipients:", NULL },
	[MESSAGE_DSN_RELAYED] = { "relayed", "Mail was passed on",
		"A server that sends no notices has taken your message for this recipient:",
		"A server that sends no notices has taken your message for these recipients:",
		NULL },
	[MESSAGE_DSN_EXPANDED] = { "expanded", "Mail was delivered to a list",
		"Your message was delivered to this address, which passes it on to others:",
		"Your message was delivered to these addresses, which pass it on to others:",
		NULL },
};

/* The parts of the original that are returned. */
static bool returned_is_ascii(const struct message_dsn *d)
{
	return slice_is_ascii(d->header) &&
	       (d->what != MESSAGE_DSN_RETURN_FULL || slice_is_ascii(d->body));
}

static bool words_are_ascii(const struct message_dsn *d)
{
	for (size_t i = 0; i < d->n; i++)
		if (d->rcpts[i].final.is_utf8)
			return false;
	return true;
}

bool message_dsn_needs_utf8(const struct message_dsn *d)
{
	return d->sender.is_utf8;
}

bool message_dsn_needs_8bit(const struct message_dsn *d)
{
	return message_dsn_needs_utf8(d) || !words_are_ascii(d) || !returned_is_ascii(d);
}

static void put_boundary(struct buf *b, const struct message_dsn *d)
{
	char id[TEXT_ID_CHARS];

	text_id(d->random, id);
	buf_puts(b, "=_report_");
	buf_put(b, slice_of(id, sizeof(id)));
}

static void put_delimiter(struct buf *b, const struct message_dsn *d, const char *end)
{
	buf_puts(b, "\r\n--");
	put_boundary(b, d);
	buf_puts(b, end);
	buf_puts(b, "\r\n");
}

static size_t count(const struct message_dsn *d, enum message_dsn_action action)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n; i++)
		n += d->rcpts[i].action == action;
	return n;
}

static const char *subject(const struct message_dsn *d)
{
	unsigned a = 0;

	while (a + 1 < ACTIONS && count(d, (enum message_dsn_action)a) == 0)
		a++;
	return actions[a].subject;
}

static void put_header(struct buf *b, const struct message_dsn *d)
{
	buf_puts(b, "Date: ");
	message_date_format(b, d->now);
	buf_puts(b, "\r\nFrom: Mail delivery <");
	if (d->postmaster.n) {
		buf_put(b, d->postmaster);
	} else {
		buf_puts(b, "postmaster@");
		buf_put(b, d->reporting_mta);
	}
	buf_puts(b, ">\r\nTo: ");
	smtp_path_format(b, &d->sender);
	buf_printf(b, "\r\nSubject: %s\r\nMessage-ID: ", subject(d));
	message_msgid_format(b, d->now, d->random, d->reporting_mta);
	buf_puts(b,
		"\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
		"Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"");
	put_boundary(b, d);
	buf_puts(b, "\"\r\n");
	if (message_dsn_needs_8bit(d))
		buf_puts(b, "Content-Transfer-Encoding: 8bit\r\n");
}

/* A server's words, line by line, made safe. */
static void put_words(struct buf *b, struct slice text)
{
	size_t start = b->n;

	while (text.n && b->n - start < DIAGNOSTIC_MAX && !b->failed) {
		buf_puts(b, "        ");
		text_escape(b, slice_trim(slice_split(&text, '\n')), DIAGNOSTIC_MAX / 2);
		buf_puts(b, "\r\n");
	}
}

static void put_words_of_rcpt(struct buf *b, const struct message_dsn_rcpt *r)
{
	buf_puts(b, "\r\n    ");
	smtp_path_format_mailbox(b, &r->final);
	buf_puts(b, "\r\n");
	if (r->diagnostic.n && r->remote_mta.n) {
		buf_puts(b, "      The server ");
		text_escape(b, r->remote_mta, DIAGNOSTIC_MAX / 2);
		buf_puts(b, " answered:\r\n");
	} else if (r->diagnostic.n) {
		buf_puts(b, "      The answer was:\r\n");
	}
	put_words(b, r->diagnostic.n ? r->diagnostic : r->reason);
	if (r->retry_until && r->action == MESSAGE_DSN_DELAYED) {
		buf_puts(b, "      It will be tried until ");
		message_date_format(b, r->retry_until);
		buf_puts(b, ".\r\n");
	}
}

static void put_words_of_action(
	struct buf *b, const struct message_dsn *d, enum message_dsn_action action)
{
	size_t n = count(d, action);

	if (n == 0)
		return;
	buf_printf(b, "\r\n%s\r\n", n == 1 ? actions[action].one : actions[action].many);
	for (size_t i = 0; i < d->n; i++)
		if (d->rcpts[i].action == action)
			put_words_of_rcpt(b, &d->rcpts[i]);
	if (actions[action].end)
		buf_printf(b, "\r\n%s\r\n", actions[action].end);
}

static void put_words_part(struct buf *b, const struct message_dsn *d)
{
	bool ascii = words_are_ascii(d);

	put_delimiter(b, d, "");
	buf_puts(b, "Content-Description: What happened\r\nContent-Type: text/plain; charset=");
	buf_puts(b, ascii ? "us-ascii\r\n" : "utf-8\r\nContent-Transfer-Encoding: 8bit\r\n");
	buf_puts(b, "\r\nThis is the mail server ");
	buf_put(b, d->reporting_mta);
	buf_puts(b, ".\r\n");
	for (unsigned a = 0; a < ACTIONS; a++)
		put_words_of_action(b, d, (enum message_dsn_action)a);
	if (d->arrival) {
		buf_puts(b, "\r\nThe message came here on ");
		message_date_format(b, d->arrival);
		if (d->queue_id.n) {
			buf_puts(b, "\r\nand is known as ");
			buf_put(b, d->queue_id);
		}
		buf_puts(b, ".\r\n");
	}
	buf_puts(b, d->what == MESSAGE_DSN_RETURN_FULL ? "It is attached.\r\n"
						       : "Its header is attached.\r\n");
}

/* "Name: type; value", made safe and folded. */
static void put_typed(struct buf *b, const char *name, const char *type, struct slice value)
{
	struct buf field;

	if (value.n == 0)
		return;
	buf_init(&field, FIELD_MAX);
	buf_puts(&field, type);
	buf_puts(&field, "; ");
	while (value.n) {
		text_escape(&field, slice_trim(slice_split(&value, '\n')), DIAGNOSTIC_MAX);
		if (field.n > DIAGNOSTIC_MAX)
			break;
		buf_putc(&field, ' ');
	}
	message_header_put(b, slice_str(name), buf_slice(&field));
	buf_done(&field);
}

static void put_date(struct buf *b, const char *name, usec_t when)
{
	if (when == 0)
		return;
	buf_puts(b, name);
	buf_puts(b, ": ");
	message_date_format(b, when);
	buf_puts(b, "\r\n");
}

/* An address of type utf-8 in ASCII, or as it is; whatever could break a field is made safe. One
 * that becomes too long for a line (RFC 5322 section 2.1.1) is left out: it cannot be folded. */
static void put_address(struct buf *b, const char *name, struct slice type, struct slice address)
{
	struct buf text;
	bool utf8 = slice_eq_nocase(type, S("utf-8")) && text_is_utf8(address);

	buf_init(&text, FIELD_MAX);
	if (utf8)
		smtp_xtext_encode_utf8(&text, address);
	else
		text_escape(&text, address, DIAGNOSTIC_MAX);
	if (text.n <= ADDRESS_MAX && !text.failed) {
		buf_puts(b, name);
		buf_puts(b, ": ");
		buf_put(b, type);
		buf_puts(b, "; ");
		buf_put(b, buf_slice(&text));
		buf_puts(b, "\r\n");
	}
	buf_done(&text);
}

/* per-recipient-fields     RFC 3464 section 2.3 */
static void put_fields_of_rcpt(struct buf *b, const struct message_dsn_rcpt *r)
{
	struct buf mailbox;

	buf_init(&mailbox, FIELD_MAX);
	smtp_path_format_mailbox(&mailbox, &r->final);
	buf_puts(b, "\r\n");
	if (r->orcpt.n)
		put_address(b, "Original-Recipient", r->orcpt_type, r->orcpt);
	put_address(b, "Final-Recipient", r->final.is_utf8 ? S("utf-8") : S("rfc822"),
		buf_slice(&mailbox));
	buf_printf(b, "Action: %s\r\nStatus: ", actions[r->action].name);
	buf_put(b, r->status);
	buf_puts(b, "\r\n");
	put_typed(b, "Remote-MTA", "dns", r->remote_mta);
	if (r->diagnostic.n)
		put_typed(b, "Diagnostic-Code", "smtp", r->diagnostic);
	else
		put_typed(b, "Diagnostic-Code", "x-sluice", r->reason);
	put_date(b, "Last-Attempt-Date", r->last_attempt);
	if (r->action == MESSAGE_DSN_DELAYED)
		put_date(b, "Will-Retry-Until", r->retry_until);
	buf_done(&mailbox);
}

/* delivery-status-content = per-message-fields 1*( CRLF per-recipient-fields )
 *                                              RFC 3464 section 2.1 */
static void put_fields_part(struct buf *b, const struct message_dsn *d)
{
	put_delimiter(b, d, "");
	buf_puts(b, "Content-Description: Delivery report\r\n"
		    "Content-Type: message/delivery-status\r\n\r\n");
	if (d->envid.n)
		message_header_put(b, S("Original-Envelope-Id"), d->envid);
	put_typed(b, "Reporting-MTA", "dns", d->reporting_mta);
	put_date(b, "Arrival-Date", d->arrival);
	for (size_t i = 0; i < d->n; i++)
		put_fields_of_rcpt(b, &d->rcpts[i]);
}

/* The media type of the original: RFC 6522 sections 3 and 4, RFC 6533 section 4. */
static const char *returned_type(const struct message_dsn *d)
{
	bool global = message_header_needs_utf8(d->header) && text_is_utf8(d->header);

	if (d->what == MESSAGE_DSN_RETURN_FULL)
		return global ? "message/global" : "message/rfc822";
	return global ? "message/global-headers" : "text/rfc822-headers";
}

static void put_original_part(struct buf *b, const struct message_dsn *d)
{
	put_delimiter(b, d, "");
	buf_printf(b, "Content-Description: %s\r\nContent-Type: %s\r\n",
		d->what == MESSAGE_DSN_RETURN_FULL ? "Your message" : "Header of your message",
		returned_type(d));
	if (!returned_is_ascii(d))
		buf_puts(b, "Content-Transfer-Encoding: 8bit\r\n");
	buf_puts(b, "\r\n");
	buf_put(b, d->header);
	if (d->what == MESSAGE_DSN_RETURN_FULL) {
		buf_puts(b, "\r\n");
		buf_put(b, d->body);
	}
	put_delimiter(b, d, "--");
}

void message_dsn_format(struct buf *b, const struct message_dsn *d)
{
	put_header(b, d);
	put_words_part(b, d);
	put_fields_part(b, d);
	put_original_part(b, d);
}
