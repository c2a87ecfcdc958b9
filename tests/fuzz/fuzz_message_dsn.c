/* Reports about messages and servers that say anything. The input, cut at its NULs: addresses,
 * ENVID, ORCPT, the server's name and reply, our reason; then the original's header and body. The
 * report is canonical text in lines of bounded length; its parts stand between its boundaries and
 * nowhere else; the same for a Received field made of such text. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "message/dsn.h"
#include "message/header.h"
#include "message/trace.h"
#include "smtp/content.h"
#include "smtp/domain.h"
#include "smtp/param.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LINE_MAX 998

/* Fit for the spool: no bare CR or LF, no NUL; what stands above the returned original has short
 * lines. */
static void check_canonical(struct slice text, bool all_short)
{
	assert(slice_find(text, '\0') == text.n);
	while (text.n) {
		struct slice line = slice_split(&text, '\n');

		assert(line.n > 0 && slice_find(line, '\r') == line.n - 1);
		assert(!all_short || line.n <= LINE_MAX + 1);
	}
}

/* The original as the spool would give it. */
static void make_canonical(struct buf *b, struct slice raw)
{
	struct smtp_content c;
	struct slice text;

	smtp_content_init(&c, SMTP_CONTENT_REPAIR, SMTP_CONTENT_BDAT, 1 << 20);
	while (smtp_content_next(&c, &raw, &text) == SMTP_CONTENT_TEXT)
		buf_put(b, text);
	buf_put(b, smtp_content_finish(&c));
}

static size_t count(struct slice text, struct slice what)
{
	size_t n = 0, at;

	while ((at = slice_search(text, what)) < text.n) {
		text = slice_skip(text, at + what.n);
		n++;
	}
	return n;
}

static void check_parts(struct slice text)
{
	struct slice mark = S("\r\n\tboundary=\"");
	struct slice rest = slice_skip(text, slice_search(text, mark) + mark.n), boundary;
	struct buf delimiter;

	boundary = slice_take(rest, slice_find(rest, '"'));
	assert(boundary.n > 0 && boundary.n <= 70);
	buf_init(&delimiter, 200);
	buf_puts(&delimiter, "\r\n--");
	buf_put(&delimiter, boundary);
	assert(count(text, buf_slice(&delimiter)) == 4);
	buf_done(&delimiter);
}

static void check_received(struct slice helo, struct slice rdns)
{
	const struct message_trace t = { .helo = helo,
		.rdns = rdns,
		.ip = { .family = IP_V4, .b = { 192, 0, 2, 1 } },
		.by = S("relay.test"),
		.esmtp = true,
		.id = S("0123456789abc") };
	struct message_header h;
	struct message_field f;
	struct buf b;

	buf_init(&b, 1 << 20);
	message_trace_received(&b, &t);
	check_canonical(buf_slice(&b), true);
	h = message_header_walk(buf_slice(&b));
	assert(message_header_next(&h, &f) && f.all.n == b.n);
	buf_done(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = slice_of(data, size);
	struct arena arena = ARENA_INIT;
	struct message_dsn_rcpt rcpt = { .action = size % 5, .status = S("5.1.1") };
	struct message_dsn d = { .reporting_mta = S("relay.test"),
		.queue_id = S("0123456789abc"),
		.random = 7,
		.rcpts = &rcpt,
		.n = 1,
		.what = size % 2 ? MESSAGE_DSN_RETURN_FULL : MESSAGE_DSN_RETURN_HEADERS };
	struct slice sender = slice_split(&rest, '\0'), to = slice_split(&rest, '\0');
	struct buf header, body, out;

	if (smtp_path_parse_mailbox(&arena, sender, &d.sender) != SMTP_PATH_OK)
		(void)smtp_path_parse_mailbox(&arena, S("a@b.test"), &d.sender);
	if (smtp_path_parse_mailbox(&arena, to, &rcpt.final) != SMTP_PATH_OK)
		(void)smtp_path_parse_mailbox(&arena, S("c@d.test"), &rcpt.final);
	d.envid = slice_take(slice_split(&rest, '\0'), SMTP_PARAM_ENVID_MAX);
	rcpt.orcpt_type = size % 3 ? S("rfc822") : S("utf-8");
	rcpt.orcpt = slice_take(slice_split(&rest, '\0'), SMTP_PARAM_ORCPT_MAX);
	rcpt.remote_mta = slice_take(slice_split(&rest, '\0'), SMTP_DOMAIN_MAX);
	rcpt.diagnostic = slice_split(&rest, '\0');
	rcpt.reason = slice_split(&rest, '\0');
	check_received(slice_take(rcpt.remote_mta, SMTP_DOMAIN_MAX),
		slice_take(rcpt.orcpt, SMTP_DOMAIN_MAX));
	buf_init(&header, 1 << 20);
	buf_init(&body, 1 << 20);
	buf_init(&out, 1 << 22);
	make_canonical(&header, slice_split(&rest, '\0'));
	make_canonical(&body, rest);
	d.header = buf_slice(&header);
	d.body = buf_slice(&body);
	message_dsn_format(&out, &d);
	assert(!out.failed);
	check_canonical(buf_slice(&out), false);
	size_t original = slice_search(buf_slice(&out), S("\r\nContent-Type: message/rfc822"));

	check_canonical(slice_take(buf_slice(&out), original + 2), original < out.n);
	if (header.n == 0 && body.n == 0)
		check_parts(buf_slice(&out));
	buf_done(&out);
	buf_done(&header);
	buf_done(&body);
	arena_reset(&arena);
	return 0;
}
