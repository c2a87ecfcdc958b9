/* Lines gather in a buffer; sending puts a message of our own into the spool, with the null
 * reverse-path, so that no failure of it makes another report. */
#include "delivery/postmaster.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/event.h"
#include "base/mem.h"
#include "base/text.h"
#include "config/config.h"
#include "message/date.h"
#include "message/msgid.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/log.h"
#include "rt/random.h"
#include "spool/spool.h"

#define LINE_BYTES   900
#define HEADER_BYTES 4096

struct postmaster {
	struct buf lines;
	unsigned dropped;
	usec_t due; /* clock_now(); USEC_INFINITY: nothing to say */
	usec_t earliest; /* of the next message */
};

struct postmaster *postmaster_new(void)
{
	struct postmaster *p = mem_zalloc(sizeof(*p));

	buf_init(&p->lines, POSTMASTER_BYTES);
	p->due = USEC_INFINITY;
	return p;
}

void postmaster_free(struct postmaster *p)
{
	if (p)
		buf_done(&p->lines);
	free(p);
}

void postmaster_note(struct postmaster *p, const char *fmt, ...)
{
	char line[LINE_BYTES];
	usec_t soon = clock_now() + POSTMASTER_GATHER;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (p->lines.n + 4 * LINE_BYTES > p->lines.max) {
		p->dropped++;
		return;
	}
	time_format_iso(&p->lines, clock_wall());
	buf_puts(&p->lines, "\r\n  ");
	text_escape(&p->lines, slice_str(line), LINE_BYTES * 2);
	buf_puts(&p->lines, "\r\n");
	if (p->due == USEC_INFINITY)
		p->due = soon > p->earliest ? soon : p->earliest;
}

usec_t postmaster_due(const struct postmaster *p)
{
	return p->due;
}

static void put_header(struct buf *b, const struct config *config)
{
	usec_t now = clock_wall();
	struct slice host = config->hostname;

	buf_printf(b, "From: Mail relay <postmaster@%.*s>\r\nTo: <%.*s>\r\nDate: ", SLICE_ARG(host),
		SLICE_ARG(config->postmaster));
	message_date_format(b, now);
	buf_puts(b, "\r\nMessage-ID: ");
	message_msgid_format(b, now, random_u64(), host);
	buf_printf(b,
		"\r\nSubject: %.*s: needs your attention\r\n"
		"Auto-Submitted: auto-generated\r\n"
		"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n",
		SLICE_ARG(host));
}

static int store(struct ctx *ctx, const struct postmaster *p, const struct config *config,
	struct spool *spool, struct slice header)
{
	struct spool_envelope_rcpt rcpt = { .forward_path = config->postmaster };
	const struct spool_envelope envelope = {
		.arrived = clock_wall(),
		.entitlement = SPOOL_ENTITLED_LOCAL,
		.vouched = SPOOL_VOUCHED_NOT,
		.rcpts = &rcpt,
		.rcpts_n = 1,
	};
	struct spool_writer *writer;
	char more[80] = "";
	int r = spool_begin_own(ctx, spool, &writer);

	if (r < 0)
		return r;
	if (p->dropped)
		snprintf(more, sizeof(more), "%u more stand in the log.\r\n", p->dropped);
	r = spool_write(ctx, writer, buf_slice(&p->lines));
	if (r == 0)
		r = spool_write(ctx, writer, slice_str(more));
	if (r == 0)
		return spool_commit(ctx, writer, &envelope, header, NULL, 0);
	spool_abort(writer);
	return r;
}

int postmaster_send(
	struct ctx *ctx, struct postmaster *p, const struct config *config, struct spool *spool)
{
	struct buf header;
	int r = 0;

	if (clock_now() < p->due)
		return 0;
	p->earliest = clock_now() + POSTMASTER_INTERVAL;
	p->due = USEC_INFINITY;
	if (config->postmaster.n) {
		buf_init(&header, HEADER_BYTES);
		put_header(&header, config);
		r = store(ctx, p, config, spool, buf_slice(&header));
		buf_done(&header);
	}
	if (r == 0) {
		buf_clear(&p->lines);
		p->dropped = 0;
		return 0;
	}
	p->due = p->earliest;
	if (r == ERR_CANCELLED)
		return r;
	LOG(ctx, EV_TROUBLE, FIELD_STR("reason", "the postmaster's mail could not be stored"),
		FIELD_STR("error", err_name(r)), FIELD_STR("mail", "tried again in an hour"));
	return 0;
}
