/* The client's commands are read in order; each has the next of the hop's replies. Where the
 * client goes on to content or to a log-in's answers depends on the reply, as it does for the
 * client. */
#include "hop_model.h"

#include <assert.h>

#define RCPTS_MAX 64

struct walk {
	struct slice commands, replies;
	const char *recipient;
	bool lmtp;
	size_t rcpts_n; /* of the transaction, answered 2xx */
	char last; /* byte of the content */
	size_t ours; /* index of the recipient among them, or RCPTS_MAX */
	bool took;
	size_t takes; /* messages answered 2xx, for whomever */
};

/* Code of the next reply; 0 when there is none, or what comes is none. */
static unsigned next_reply(struct walk *w)
{
	unsigned code = 0;

	for (;;) {
		size_t end = slice_find(w->replies, '\n');
		struct slice line = slice_take(w->replies, end);
		uint64_t n;

		if (end == w->replies.n || !slice_ends(line, S("\r")) ||
			!slice_to_u64(slice_take(line, 3), 599, &n) || n < 200 ||
			(code && n != code)) {
			w->replies = SLICE_NIL;
			return 0;
		}
		code = (unsigned)n;
		w->replies = slice_skip(w->replies, end + 1);
		if (line.p[3] != '-')
			return code;
	}
}

static struct slice next_line(struct walk *w)
{
	size_t end = slice_find(w->commands, '\n');
	struct slice line = slice_take(w->commands, end);

	w->commands = slice_skip(w->commands, end + 1);
	return slice_ends(line, S("\r")) ? slice_take(line, line.n - 1) : SLICE_NIL;
}

static void reset(struct walk *w)
{
	w->last = '\n';
	w->rcpts_n = 0;
	w->ours = RCPTS_MAX;
}

static void read_rcpt(struct walk *w, struct slice line)
{
	struct slice path = slice_skip(line, sizeof("RCPT TO:<") - 1);

	if (next_reply(w) / 100 != 2)
		return;
	assert(w->rcpts_n < RCPTS_MAX);
	if (slice_eq(slice_take(path, slice_find(path, '>')), slice_str(w->recipient)))
		w->ours = w->rcpts_n;
	w->rcpts_n++;
}

/* The replies to the whole message. */
static void read_verdicts(struct walk *w)
{
	size_t n = w->lmtp ? w->rcpts_n : 1;
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		bool good = next_reply(w) / 100 == 2;

		any |= good;
		if (good && w->ours < RCPTS_MAX && (!w->lmtp || i == w->ours))
			w->took = true;
	}
	w->takes += any;
	reset(w);
}

/* What another server could take for the end of a line, or of the data, is not in what we send. */
static void check_content(struct walk *w, struct slice text)
{
	for (size_t i = 0; i < text.n; i++) {
		assert(text.p[i] != '\0' && (w->last == '\r') == (text.p[i] == '\n'));
		w->last = text.p[i];
	}
}

static void read_data(struct walk *w)
{
	if (next_reply(w) != 354)
		return;
	w->last = '\n';
	while (w->commands.n) {
		check_content(w, slice_take(w->commands, slice_find(w->commands, '\n') + 1));
		if (slice_eq(next_line(w), S("."))) {
			read_verdicts(w);
			return;
		}
	}
}

static void read_chunk(struct walk *w, struct slice line)
{
	struct slice arg = slice_skip(line, sizeof("BDAT ") - 1);
	uint64_t size = 0;
	bool known = slice_to_u64(slice_split(&arg, ' '), UINT64_MAX, &size);

	assert(known && (arg.n == 0 || slice_eq(arg, S("LAST"))));
	if (size > w->commands.n) {
		w->commands = SLICE_NIL;
		return;
	}
	check_content(w, slice_take(w->commands, size));
	w->commands = slice_skip(w->commands, size);
	if (arg.n)
		read_verdicts(w);
	else
		(void)next_reply(w);
}

static void read_login(struct walk *w)
{
	while (next_reply(w) == 334 && w->commands.n)
		(void)next_line(w);
}

static void read_command(struct walk *w, struct slice line)
{
	if (slice_starts(line, S("RCPT TO:<"))) {
		read_rcpt(w, line);
	} else if (slice_eq(line, S("DATA"))) {
		read_data(w);
	} else if (slice_starts(line, S("BDAT "))) {
		read_chunk(w, line);
	} else if (slice_eq(line, S("STARTTLS"))) {
		if (next_reply(w) == 220)
			w->commands = SLICE_NIL; /* the rest is TLS */
	} else if (slice_starts(line, S("AUTH "))) {
		read_login(w);
	} else {
		assert(slice_starts(line, S("EHLO ")) || slice_starts(line, S("HELO ")) ||
			slice_starts(line, S("LHLO ")) ||
			slice_starts(line, S("MAIL FROM:<me@home.test>")) ||
			slice_starts(line, S("XCLIENT ")) || slice_starts(line, S("XFORWARD ")) ||
			slice_eq(line, S("RSET")) || slice_eq(line, S("QUIT")));
		(void)next_reply(w);
		reset(w);
	}
}

static void read_visit(struct walk *w)
{
	(void)next_reply(w); /* the greeting */
	while (slice_find(w->commands, '\n') < w->commands.n)
		read_command(w, next_line(w));
}

bool hop_model_took(const struct hop_visit *v, const char *recipient, bool lmtp)
{
	struct walk w = { .commands = buf_slice(&v->from_client),
		.replies = buf_slice(&v->from_hop),
		.recipient = recipient,
		.lmtp = lmtp };

	reset(&w);
	read_visit(&w);
	return w.took;
}

size_t hop_model_takes(const struct hop_visit *v, bool lmtp)
{
	struct walk w = { .commands = buf_slice(&v->from_client),
		.replies = buf_slice(&v->from_hop),
		.recipient = "",
		.lmtp = lmtp };

	reset(&w);
	read_visit(&w);
	return w.takes;
}
