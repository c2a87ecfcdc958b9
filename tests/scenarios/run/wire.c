/* Bytes sent are cut into units only when a reply comes: what a byte is, a command, content, or an
 * answer within AUTH, depends on the replies before it. */
#include "wire.h"

#include <stdio.h>

#include "base/ascii.h"
#include "wire_text.h"

#define SENT_MAX  (8u << 20)
#define RCPTS_MAX (1u << 20)
#define LINE_LONG 2048 /* longer than any command may be */

const char *const wire_state_names[WIRE_STATES_ALL] = { "early", "greeted", "helo", "ready", "mail",
	"rcpt", "data", "bdat", "auth", "tls", "tls-ready", "user", "chunk", "quit", "closed" };
const char *const wire_verb_names[WIRE_VERBS] = { "EHLO", "HELO", "MAIL", "RCPT", "DATA", "BDAT",
	"RSET", "NOOP", "VRFY", "EXPN", "HELP", "QUIT", "STARTTLS", "AUTH", "XCLIENT", "XFORWARD",
	"ETRN", "unknown", "damaged" };

void wire_init(
	struct wire *w, wire_see *see, wire_see_text *see_text, wire_see_end *see_end, void *arg)
{
	*w = (struct wire){ .see = see, .see_text = see_text, .see_end = see_end, .arg = arg };
	buf_init(&w->sent, SENT_MAX);
	buf_init(&w->rcpts, RCPTS_MAX);
	buf_init(&w->quiet, RCPTS_MAX);
	buf_init(&w->chunks, SENT_MAX);
}

void wire_done(struct wire *w)
{
	buf_done(&w->sent);
	buf_done(&w->rcpts);
	buf_done(&w->quiet);
	buf_done(&w->chunks);
}

void wire_sent(struct wire *w, struct slice bytes)
{
	w->writes[w->writes_n++ % WIRE_WRITES] = w->total;
	w->total += bytes.n;
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

/* Bytes of a PROXY header that stands first; 0: none does. */
static size_t header_bytes(const struct wire *w)
{
	static const struct slice second = SLICE("\r\n\r\n\0\r\nQUIT\n");
	struct slice s = buf_slice(&w->sent);
	size_t n = 16;

	if (w->began)
		return 0;
	if (slice_starts(s, S("PROXY ")))
		return slice_find(s, '\n') < s.n ? slice_find(s, '\n') + 1 : s.n;
	if (!slice_starts(s, second))
		return 0;
	if (s.n >= 16)
		n += 256U * (unsigned char)s.p[14] + (unsigned char)s.p[15];
	return n < s.n ? n : s.n;
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

static void add_path(struct buf *b, struct slice path)
{
	if (b->n)
		buf_putc(b, ' ');
	buf_put(b, path);
}

static void add_rcpt(struct wire *w, struct slice line)
{
	struct slice path = slice_skip(line, slice_find(line, '<') + 1);
	struct slice words = slice_skip(path, slice_find(path, '>'));
	struct slice notify = slice_skip(words, slice_search(words, S(" NOTIFY=")));

	path = slice_take(path, slice_find(path, '>'));
	if (slice_starts(path, S("@"))) /* a source route */
		path = slice_skip(path, slice_find(path, ':') + 1);
	add_path(&w->rcpts, path);
	if (notify.n && slice_search(notify, S("FAILURE")) == notify.n)
		add_path(&w->quiet, path);
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
			buf_clear(&w->quiet);
			buf_clear(&w->chunks);
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
	case WIRE_XCLIENT: /* all begins again */
		w->user &= !done;
		if (done)
			w->state = w->tls ? WIRE_TLS : WIRE_GREETED;
		break;
	case WIRE_XFORWARD:
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
		w->state = WIRE_CLOSED;
}

static void tell(struct wire *w, enum wire_state state, struct slice said, struct slice reply)
{
	w->see(w->arg, wire_state_names[state], said, reply);
}

/* What lines of a message would be, and its text. */
static void see_text(
	struct wire *w, enum wire_state state, struct slice content, struct slice reply)
{
	struct buf verbs, text;

	buf_init(&verbs, 1000);
	buf_init(&text, SENT_MAX);
	wire_text_read(content, state == WIRE_DATA, &verbs, &text);
	w->see_text(w->arg, wire_state_names[state], buf_slice(&verbs), buf_slice(&text), reply);
	buf_done(&verbs);
	buf_done(&text);
}

static void see_shape(
	struct wire *w, enum wire_state state, struct slice content, struct slice reply)
{
	struct buf b;

	buf_init(&b, SENT_MAX);
	wire_text_dots(content, &b);
	buf_putc(&b, '\0');
	if (b.n > 1)
		w->see_end(w->arg, wire_state_names[state], reply, b.p);
	buf_clear(&b);
	if (wire_text_longest(content) > LINE_USUAL) {
		buf_printf(&b, "longest %zu%c", wire_text_longest(content), '\0');
		w->see_end(w->arg, wire_state_names[state], reply, b.p);
	}
	buf_done(&b);
}

/* n: bytes of the content, with its end. */
static void see_end(struct wire *w, size_t n, struct slice reply)
{
	static const struct slice end = SLICE("\r\n.\r\n");
	uint64_t last = w->total - w->sent.n + n, first = last - (n < end.n ? n : end.n);
	char what[20];
	unsigned pieces = 1;

	if (!slice_ends(slice_take(buf_slice(&w->sent), n), slice_skip(end, 2)))
		return;
	for (unsigned i = 0; i < WIRE_WRITES && i < w->writes_n; i++)
		pieces += w->writes[i] > first && w->writes[i] < last;
	(void)snprintf(what, sizeof(what), "in %u", pieces);
	w->see_end(w->arg, wire_state_names[WIRE_DATA], reply, what);
}

static void answer_content(struct wire *w, struct slice reply)
{
	size_t n = content_end(w);
	struct slice content = slice_take(buf_slice(&w->sent), n);

	see_text(w, WIRE_DATA, content, reply);
	tell(w, WIRE_DATA, S("content"), reply);
	see_shape(w, WIRE_DATA,
		slice_take(content, n - (slice_ends(content, S("\r\n.\r\n")) ? 3 : 0)), reply);
	see_end(w, n, reply);
	buf_consume(&w->sent, n);
	w->state = slice_starts(reply, S("421")) ? WIRE_CLOSED : idle_state(w);
}

static void answer_exchange(struct wire *w, char class, struct slice reply)
{
	struct slice line;
	size_t n = next_line(w, &line);
	bool damaged = w->torn || bare_lf(slice_take(buf_slice(&w->sent), n));
	enum wire_verb verb = damaged ? WIRE_DAMAGED : wire_verb_of(line);

	tell(w, WIRE_AUTH, slice_str(wire_verb_names[verb]), reply);
	buf_consume(&w->sent, n);
	w->torn = damaged && !w->torn;
	w->user |= class == '2';
	if (class != '3' && !damaged) /* which is no answer at all */
		w->state = idle_state(w);
}

static void answer_chunk(struct wire *w, struct slice line, struct slice chunk, struct slice reply)
{
	buf_put(&w->chunks, chunk);
	if (!is_last(line) && slice_starts(reply, S("2")))
		return;
	see_text(w, WIRE_CHUNK, buf_slice(&w->chunks), reply);
	see_shape(w, WIRE_CHUNK, buf_slice(&w->chunks), reply);
}

static void answer_line(struct wire *w, struct slice line, size_t n, char class, struct slice reply)
{
	bool bare = bare_lf(slice_take(buf_slice(&w->sent), n));
	bool damaged = bare || w->torn || is_damaged(line);
	enum wire_verb verb = damaged ? WIRE_DAMAGED : wire_verb_of(line);
	enum wire_state state = w->early ? WIRE_EARLY : w->state;
	size_t all = n + (verb == WIRE_BDAT_ ? chunk_of(line) : 0);

	all = all < w->sent.n ? all : w->sent.n;
	w->torn = bare;
	tell(w, state, slice_str(wire_verb_names[verb]), reply);
	if (verb == WIRE_BDAT_ && (state == WIRE_RCPT || state == WIRE_BDAT))
		answer_chunk(
			w, line, slice_take(slice_skip(buf_slice(&w->sent), n), all - n), reply);
	if (!damaged)
		after_command(w, verb, line, class, reply);
	buf_consume(&w->sent, all);
	w->early = w->early > all ? w->early - all : 0;
}

/* A reply to half a line is none: time is up, or the end is near. */
static void answer_command(struct wire *w, char class, struct slice reply)
{
	struct slice line;
	size_t n = next_line(w, &line);
	bool whole = n && w->sent.p[n - 1] == '\n';

	if (whole && wire_verb_of(line) == WIRE_BDAT_ && slice_starts(reply, S("421")))
		whole = n + chunk_of(line) <= w->sent.n;
	w->began = true;
	if (whole)
		answer_line(w, line, n, class, reply);
	else
		tell(w, w->early ? WIRE_EARLY : w->state, S(""), reply);
}

/* A header is taken without a word. From a stranger it is a line as any other. */
static void take_header(struct wire *w, char class, struct slice reply)
{
	size_t n = header_bytes(w);
	bool refused = n && (class == '4' || !w->greeted);

	if (n == 0 || class == '5')
		return;
	if (refused)
		tell(w, WIRE_EARLY, S("PROXY"), reply);
	buf_consume(&w->sent, refused ? w->sent.n : n);
	w->early = w->early > n ? w->early - n : 0;
	w->began = true;
}

static void answer_greeting(struct wire *w, char class, struct slice reply)
{
	if (class != '2')
		take_header(w, class, reply);
	w->greeted = true;
	w->state = w->tls ? WIRE_TLS : WIRE_GREETED;
	if (class == '2' || w->sent.n == 0)
		w->see(w->arg, "early", S("greeting"), reply);
	else
		answer_command(w, class, reply);
}

void wire_reply(struct wire *w, struct slice reply)
{
	char class = reply.n ? reply.p[0] : '0';

	if (!w->greeted) {
		answer_greeting(w, class, reply);
		return;
	}
	take_header(w, class, reply);
	if (w->sent.n == 0)
		tell(w, w->state, S(""), reply);
	else if (w->state == WIRE_DATA)
		answer_content(w, reply);
	else if (w->state == WIRE_AUTH)
		answer_exchange(w, class, reply);
	else
		answer_command(w, class, reply);
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
	struct slice line;
	size_t n = next_line(w, &line);

	if (w->state != WIRE_QUIT || n == 0 || n + chunk_of(line) < w->sent.n)
		return;
	tell(w, WIRE_QUIT, slice_str(wire_verb_names[wire_verb_of(line)]), S("nothing"));
	buf_clear(&w->sent);
}
