/* What clients send, and what must come out of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rt/sim/sim.h"
#include "storm.h"

static const char *const domains[] = { "ours.test", "pool.test", "slow.test", "moody.test",
	"grey.test", "mx.test", "safe.test", "tls.test", "boxes.test" };
/* Its host does not offer 8BITMIME. */
#define SEVEN_BIT "grey.test"
#define DOMAINS	  (sizeof(domains) / sizeof(domains[0]))
/* They have no mail exchanger: one says so, the other does not exist. */
static const char *const nowhere[] = { "void.test", "gone.test" };

const struct front *front_of(enum sender sender)
{
	return sender >= FRONT_ONE ? &storm.fronts[sender - FRONT_ONE] : NULL;
}

bool is_stranger(enum sender sender)
{
	const struct front *f = front_of(sender);

	return f ? f->strangers
		 : sender == STRANGER || sender == PASSING_STRANGER || sender == KEEPING_STRANGER;
}

bool is_passing(enum sender sender)
{
	const struct front *f = front_of(sender);

	return f ? !f->keeps : sender == PASSING_STRANGER || sender == PASSING;
}

bool is_keeping(enum sender sender)
{
	const struct front *f = front_of(sender);

	return f ? f->keeps : sender == KEEPING_STRANGER || sender == KEEPING;
}

bool message_is_too_wide(const struct message *m, const char *address)
{
	return m->eight && strstr(address, "@" SEVEN_BIT) != NULL;
}

static void add_bytes(struct buf *b, size_t n, bool eight)
{
	size_t first = (size_t)b->n;

	for (size_t i = 0; i < n; i++)
		buf_putc(b, eight ? (char)(128 + (i * 11 + n + first) % 128)
				  : (char)(' ' + (i * 7 + n + first) % 95));
}

/* Bytes over 127 in some lines only. Lines of more than 998 bytes are passed as they are. */
static void add_line(struct buf *b, bool eight)
{
	static const char *const odd[] = { "", ".", "..", ".x", "From here", "\t", "-", ". " };
	static const unsigned lengths[] = { 997, 998, 999, 1000, 2047, 4096, 8193, 65536 };
	uint64_t n = sim_choose(100);

	if (n < 8)
		buf_puts(b, odd[n]);
	else if (n == 99 && sim_choose(4) == 0)
		add_bytes(b, lengths[sim_choose(sizeof(lengths) / sizeof(lengths[0]))], eight);
	else
		add_bytes(b, (size_t)n * (n > 95 ? 9 : 1), eight && n % 4 == 0);
	buf_puts(b, "\r\n");
}

/* More than a quarter of a segment: it stands in the message's own file. 256 KiB is all that is taken,
 * with what the program adds. */
static void add_long_header(struct buf *b)
{
	size_t most = b->n + (16u << 10) + (size_t)sim_choose(234u << 10);

	while (b->n < most) {
		buf_puts(b, "X-Long:\r\n ");
		add_bytes(b, 1 + (size_t)sim_choose(900), false);
		buf_puts(b, "\r\n");
	}
}

static void write_text(struct message *m)
{
	struct buf *b = &m->text;
	static const unsigned most[] = { 3, 3, 10, 10, 40, 40, 300, 300, 900, 3000, 9000 };
	unsigned lines = (unsigned)sim_choose(most[sim_choose(sizeof(most) / sizeof(most[0]))]);

	buf_printf(b, "From: <%s>\r\nTo: <%s>\r\n", m->from, m->rcpts[0].address);
	if (!m->no_date)
		buf_puts(b, "Date: Thu, 1 Jan 2026 00:00:00 +0000\r\n");
	if (!m->no_id && !m->nameless)
		buf_printf(b, "Message-ID: <%u@client.test>\r\n", m->number);
	if (storm_chance(8))
		add_long_header(b);
	buf_printf(b, "Subject: storm\r\n %u\r\n", m->number);
	if (m->eight) { /* at least these, in the header or in the body */
		bool inside = storm_chance(300);

		buf_puts(b, inside ? "X-Raw: " : "\r\n");
		add_bytes(b, 1 + (size_t)sim_choose(60), true);
		buf_puts(b, inside ? "\r\n\r\n" : "\r\n");
	} else {
		buf_puts(b, "\r\n");
	}
	for (unsigned i = 0; i < lines; i++)
		add_line(b, m->eight);
}

/* It may be sent to, and somebody is there. */
static bool is_at_home(const struct rcpt *r)
{
	return !r->foreign && r->refused == 0;
}

static void add_rcpt(struct message *m)
{
	bool foreign = is_stranger(m->sender) && storm_chance(200);
	const char *domain = foreign || !is_stranger(m->sender) ? domains[sim_choose(DOMAINS)]
								: domains[0];
	bool lost = !is_stranger(m->sender) && storm_chance(40);
	struct rcpt *r = &m->rcpts[m->rcpts_n];

	if (lost)
		domain = nowhere[sim_choose(2)];
	if (foreign)
		domain = domains[1 + sim_choose(DOMAINS - 1)];
	/* Several in one place have several answers there. */
	else if (!lost && m->rcpts_n && is_at_home(&m->rcpts[0]) && storm_chance(500))
		domain = strchr(m->rcpts[0].address, '@') + 1;
	snprintf(r->address, sizeof(r->address), "r%u.%u@%s", m->number, m->rcpts_n, domain);
	r->foreign = foreign;
	r->refused = lost || message_is_too_wide(m, r->address);
	m->rcpts_n++;
}

static struct message *add_message(enum sender sender)
{
	struct message *m = mem_zalloc(sizeof(*m));

	m->number = storm.messages_n;
	m->first = m;
	m->sender = sender;
	buf_init(&m->text, 64 << 20);
	storm.messages = mem_resize(
		storm.messages, (storm.messages_n + 1) * sizeof(struct message *));
	storm.messages[storm.messages_n++] = m;
	return m;
}

struct message *message_new(enum sender sender)
{
	struct message *m = add_message(sender);

	snprintf(m->from, sizeof(m->from), "s%u@%s", m->number,
		is_stranger(sender) ? "else.test" : "ours.test");
	m->no_date = sender == USER && storm_chance(300);
	m->no_id = sender == USER && storm_chance(300);
	m->nameless = front_of(sender) && storm_chance(100);
	m->eight = storm_chance(300);
	unsigned rcpts = storm_chance(300) ? 1 + (unsigned)sim_choose(RCPTS_MAX) : 1;

	while (m->rcpts_n < rcpts)
		add_rcpt(m);
	write_text(m);
	return m;
}

struct message *message_again(const struct message *before)
{
	struct message *m = add_message(before->sender);
	uint64_t other = sim_choose(10);

	m->first = before->first;
	m->first->tries++;
	m->eight = before->eight;
	m->nameless = before->nameless;
	snprintf(m->from, sizeof(m->from), "%s", before->from);
	m->rcpts_n = before->rcpts_n - (other == 0 && before->rcpts_n > 1);
	for (unsigned i = 0; i < m->rcpts_n; i++) {
		struct rcpt *r = &m->rcpts[i];

		snprintf(r->address, sizeof(r->address), "%s", before->rcpts[i].address);
		r->foreign = before->rcpts[i].foreign;
	}
	buf_put(&m->text, buf_slice(&before->text));
	if (other == 1 || other == 2)
		add_line(&m->text, m->eight);
	return m;
}

void message_free(struct message *m)
{
	buf_done(&m->text);
	free(m);
}

/* Takes the first header field, folded lines included, off the text. */
static struct slice take_field(struct slice *text)
{
	size_t end = 0;

	do {
		end += slice_find(slice_skip(*text, end), '\n') + 1;
	} while (end < text->n && (text->p[end] == ' ' || text->p[end] == '\t'));
	struct slice field = slice_take(*text, end);

	*text = slice_skip(*text, end);
	return field;
}

/* Copies the header without the fields that the program added; each must be there once. */
static bool without_added(const struct message *m, struct slice text, struct buf *ret)
{
	unsigned dates = 0, ids = 0;

	while (text.n && !slice_starts(text, S("\r\n"))) {
		struct slice field = take_field(&text);

		if (m->no_date && slice_starts(field, S("Date: ")))
			dates++;
		else if (m->no_id && slice_starts(field, S("Message-ID: <")))
			ids++;
		else
			buf_put(ret, field);
	}
	buf_put(ret, text);
	return dates == m->no_date && ids == m->no_id;
}

bool message_is_whole(const struct message *m, struct slice text, const char **ret_why)
{
	struct buf rest;

	*ret_why = "it does not begin with a Received field";
	if (!slice_starts(text, S("Received: from ")))
		return false;
	(void)take_field(&text);
	buf_init(&rest, 64 << 20);
	bool fields = without_added(m, text, &rest);
	bool same = slice_eq(buf_slice(&rest), buf_slice(&m->text));

	buf_done(&rest);
	*ret_why = fields ? "its bytes differ" : "Date or Message-ID are missing or there twice";
	return fields && same;
}
