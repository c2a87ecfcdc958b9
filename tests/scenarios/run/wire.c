/* Bytes sent are cut into units only when a reply comes: what a byte is, a command, content, or an
 * answer within AUTH, depends on the replies before it. */
#include "wire.h"

#include "base/ascii.h"

#define SENT_MAX  (8u << 20)
#define RCPTS_MAX (1u << 20)
#define LINE_LONG 2048 /* longer than any command may be */

const char *const wire_state_names[WIRE_STATES] = { "early", "greeted", "helo", "ready", "mail",
	"rcpt", "data", "bdat", "auth", "tls", "tls-ready", "user", "quit" };
const char *const wire_verb_names[WIRE_VERBS] = { "EHLO", "HELO", "MAIL", "RCPT", "DATA", "BDAT",
	"RSET", "NOOP", "VRFY", "EXPN", "HELP", "QUIT", "STARTTLS", "AUTH", "ETRN", "unknown",
	"damaged" };

void wire_init(struct wire *w, wire_see *see, void *arg)
{
	*w = (struct wire){ .see = see, .arg = arg };
	buf_init(&w->sent, SENT_MAX);
	buf_init(&w->rcpts, RCPTS_MAX);
}

void wire_done(struct wire *w)
{
	buf_done(&w->sent);
	buf_done(&w->rcpts);
}

void wire_sent(struct wire *w, struct slice bytes)
{
	buf_put(&w->sent, bytes);
	if (!w->greeted)
		w->early = w->sent.n;
}

/* ---- units ---- */

static bool is_damaged(struct slice line)
{
	return line.n > LINE_LONG || slice_find(line, '\r') < line.n ||
	       slice_find(line, '\0') < line.n;
}

enum wire_verb wire_verb_of(struct slice line)
{
	struct slice word = slice_take(line, slice_find(line, ' '));

	if (is_damaged(line))
		return WIRE_DAMAGED;
	for (unsigned i = 0; i < WIRE_UNKNOWN; i++)
		if (slice_eq_nocase(word, slice_str(wire_verb_names[i])))
			return (enum wire_verb)i;
	return WIRE_UNKNOWN;
}

/* The next line of what was sent, with its end; *ret without it. */
static size_t next_line(const struct wire *w, struct slice *ret)
{
	struct slice s = buf_slice(&w->sent);
	size_t end = slice_find(s, '\n');

	*ret = slice_take(s, end);
	if (end == s.n)
		return s.n;
	if (slice_ends(*ret, S("\r")))
		ret->n--;
	return end + 1;
}

static bool bare_lf(struct slice with_end)
{
	return with_end.n && with_end.p[with_end.n - 1] == '\n' && !slice_ends(with_end, S("\r\n"));
}

/* All up to the end of data. */
static size_t content_end(const struct wire *w)
{
	struct slice s = buf_slice(&w->sent);

	if (slice_starts(s, S(".\r\n")))
		return 3;
	size_t end = slice_search(s, S("\r\n.\r\n"));

	return end < s.n ? end + 5 : s.n;
}

/* Bytes of the chunk behind a BDAT line. */
static size_t chunk_of(struct slice line)
{
	struct slice rest = line;
	uint64_t n = 0;

	(void)slice_split(&rest, ' ');
	return slice_to_u64(slice_split(&rest, ' '), SENT_MAX, &n) ? (size_t)n : 0;
}

static bool is_last(struct slice line)
{
	return slice_ends_nocase(slice_trim(line), S(" LAST"));
}

/* ---- states ---- */

static enum wire_state idle_state(const struct wire *w)
{
	if (w->user)
		return WIRE_USER;
	if (w->tls)
		return WIRE_TLS_READY;
	return w->helo ? WIRE_HELO : WIRE_READY;
}

static void add_rcpt(struct wire *w, struct slice line)
{
	struct slice path = slice_skip(line, slice_find(line, '<') + 1);

	path = slice_take(path, slice_find(path, '>'));
	if (slice_starts(path, S("@"))) /* a source route */
		path = slice_skip(path, slice_find(path, ':') + 1);
	if (w->rcpts.n)
		buf_putc(&w->rcpts, ' ');
	buf_put(&w->rcpts, path);
}

static void after_command(
	struct wire *w, enum wire_verb verb, struct slice line, char class, struct slice reply)
{
	bool done = class == '2';

	switch (verb) {
	case WIRE_EHLO:
	case WIRE_HELO_:
		w->helo = done ? verb == WIRE_HELO_ : w->helo;
		if (done)
			w->state = idle_state(w);
		break;
	case WIRE_MAIL_:
		if (done) {
			w->state = WIRE_MAIL;
			buf_clear(&w->rcpts);
		}
		break;
	case WIRE_RCPT_:
		if (done) {
			w->state = WIRE_RCPT;
			add_rcpt(w, line);
		}
		break;
	case WIRE_DATA_:
		if (class == '3')
			w->state = WIRE_DATA;
		break;
	case WIRE_BDAT_:
		if (w->state != WIRE_RCPT && w->state != WIRE_BDAT)
			break;
		w->state = done && !is_last(line) ? WIRE_BDAT : idle_state(w);
		break;
	case WIRE_RSET:
		if (done && w->state >= WIRE_MAIL && w->state <= WIRE_BDAT)
			w->state = idle_state(w);
		break;
	case WIRE_AUTH_:
		if (class == '3')
			w->state = WIRE_AUTH;
		w->user |= done;
		if (done)
			w->state = WIRE_USER;
		break;
	case WIRE_QUIT_:
		if (done)
			w->state = WIRE_QUIT;
		break;
	case WIRE_NOOP:
	case WIRE_VRFY:
	case WIRE_EXPN:
	case WIRE_HELP:
	case WIRE_STARTTLS:
	case WIRE_ETRN:
	case WIRE_UNKNOWN:
	case WIRE_DAMAGED:
	case WIRE_VERBS:
		break;
	}
	if (slice_starts(reply, S("421")))
		w->state = WIRE_QUIT;
}

static void tell(struct wire *w, enum wire_state state, struct slice said, struct slice reply)
{
	w->see(w->arg, wire_state_names[state], said, reply);
}

/* Lines of a message that begin like commands were content, and nothing else. Each verb is told
 * once. */
static void see_content(struct wire *w, struct slice content, struct slice reply)
{
	unsigned seen = 0;

	while (content.n) {
		size_t end = slice_find(content, '\n');
		struct slice line = slice_take(content, end);
		bool bare = end < content.n && !slice_ends(line, S("\r"));
		enum wire_verb verb = bare ? WIRE_DAMAGED : wire_verb_of(slice_trim(line));

		if (!(seen & 1u << verb))
			tell(w, WIRE_DATA, slice_str(wire_verb_names[verb]), reply);
		seen |= 1u << verb;
		content = slice_skip(content, end + 1);
	}
	tell(w, WIRE_DATA, S("content"), reply);
}

static void answer_content(struct wire *w, struct slice reply)
{
	size_t n = content_end(w);

	see_content(w, slice_take(buf_slice(&w->sent), n), reply);
	buf_consume(&w->sent, n);
	w->state = slice_starts(reply, S("421")) ? WIRE_QUIT : idle_state(w);
}

static void answer_exchange(struct wire *w, char class, struct slice reply)
{
	struct slice line;
	size_t n = next_line(w, &line);
	bool damaged = bare_lf(slice_take(buf_slice(&w->sent), n));
	enum wire_verb verb = damaged ? WIRE_DAMAGED : wire_verb_of(line);

	tell(w, WIRE_AUTH, slice_str(wire_verb_names[verb]), reply);
	buf_consume(&w->sent, n);
	w->user |= class == '2';
	if (class != '3')
		w->state = idle_state(w);
}

static void answer_command(struct wire *w, char class, struct slice reply)
{
	struct slice line;
	size_t n = next_line(w, &line);
	bool damaged = bare_lf(slice_take(buf_slice(&w->sent), n)) || is_damaged(line);
	enum wire_verb verb = damaged ? WIRE_DAMAGED : wire_verb_of(line);
	enum wire_state state = w->early ? WIRE_EARLY : w->state;

	if (verb == WIRE_BDAT_ && !damaged)
		n += chunk_of(line);
	tell(w, state, slice_str(wire_verb_names[verb]), reply);
	if (!damaged)
		after_command(w, verb, line, class, reply);
	if (n > w->sent.n)
		n = w->sent.n;
	buf_consume(&w->sent, n);
	w->early = w->early > n ? w->early - n : 0;
}

void wire_reply(struct wire *w, struct slice reply)
{
	char class = reply.n ? reply.p[0] : '0';

	if (!w->greeted) {
		w->greeted = true;
		w->state = WIRE_GREETED;
		if (class == '2' || w->sent.n == 0)
			w->see(w->arg, "early", S("greeting"), reply);
		else
			answer_command(w, class, reply);
	} else if (w->sent.n == 0) {
		tell(w, w->state, S(""), reply);
	} else if (w->state == WIRE_DATA) {
		answer_content(w, reply);
	} else if (w->state == WIRE_AUTH) {
		answer_exchange(w, class, reply);
	} else {
		answer_command(w, class, reply);
	}
}

void wire_secured(struct wire *w)
{
	buf_clear(&w->sent); /* whatever was said behind STARTTLS in the clear counts for nothing */
	w->tls = true;
	w->user = false;
	w->state = w->greeted ? WIRE_TLS : WIRE_EARLY;
}

void wire_ended(struct wire *w)
{
	while (w->state == WIRE_QUIT && w->sent.n) {
		struct slice line;
		size_t n = next_line(w, &line);

		tell(w, WIRE_QUIT, slice_str(wire_verb_names[wire_verb_of(line)]), S("ignored"));
		buf_consume(&w->sent, n);
	}
}
