/* Two texts are read side by side: what the client sent gives units (a line, a content, a chunk),
 * what the server said gives replies, and each unit has one. Where the server's answer decides how
 * the next bytes are to be read (354, 334, 220), it is taken at its word, so that a server which
 * loses its place is found by the next reply that does not fit. */
#include "session_model.h"

#include <assert.h>

#include "base/text.h"

#define LINE_MAX      2048
#define AUTH_LINE_MAX 12288
#define REPLY_MAX     512
#define SMALL	      4000 /* bytes of a message that no limit touches */

struct reply {
	int code;
	bool queued;
};

struct walk {
	struct model *m;
	struct slice sent, heard;
	size_t at; /* of sent */
	bool damaged; /* a line is being dropped */
	bool over; /* nothing more may be said */
	bool tls; /* the phase ended by STARTTLS */
	struct buf chunks; /* of BDAT */
};

/* ---- what the server said ---- */

static bool is_utf8_session(const struct model *m)
{
	for (size_t i = 0; i < m->phases; i++) {
		struct slice s = buf_slice(&m->phase[i].sent);

		for (size_t at = 0; at < s.n; at++)
			if (slice_starts_nocase(slice_skip(s, at), S("SMTPUTF8")))
				return true;
	}
	return false;
}

static void check_line(const struct walk *w, struct slice line, int code)
{
	assert(line.n >= 4 && line.n + 2 <= REPLY_MAX);
	assert(line.p[3] == ' ' || line.p[3] == '-');
	assert((line.p[0] - '0') * 100 + (line.p[1] - '0') * 10 + (line.p[2] - '0') == code);
	for (size_t i = 0; i < line.n; i++)
		assert((unsigned char)line.p[i] >= ' ' && line.p[i] != 0x7f);
	assert(slice_is_ascii(line) || (is_utf8_session(w->m) && text_is_utf8(line)));
}

/* The next reply; false when none, or only a part of one, is there. */
static bool take_reply(struct walk *w, struct reply *ret)
{
	struct slice rest = w->heard, line;

	*ret = (struct reply){ 0 };
	/* An alert of TLS, any byte of which may look like the end of a line. */
	if (slice_starts(rest, S("\x15\x03")) && !w->m->whole)
		return false;
	do {
		size_t end = slice_find(rest, '\n');

		if (end == rest.n) {
			assert(rest.n == 0 || !w->m->whole);
			return false;
		}
		assert(end > 0 && rest.p[end - 1] == '\r');
		line = slice_take(rest, end - 1);
		rest = slice_skip(rest, end + 1);
		if (ret->code == 0)
			ret->code = (line.p[0] - '0') * 100 + (line.p[1] - '0') * 10 +
				    (line.p[2] - '0');
		check_line(w, line, ret->code);
		ret->queued = slice_search(line, slice_str(w->m->accepted_words)) < line.n;
	} while (line.p[3] == '-');
	w->heard = rest;
	if (w->m->codes_n < MODEL_CODES)
		w->m->codes[w->m->codes_n++] = ret->code;
	return true;
}

/* Nothing that waits for a reply is left: at most the server says goodbye. */
static void end(struct walk *w)
{
	struct reply r;

	if (!w->over && take_reply(w, &r))
		assert(r.code == 421);
	assert(w->heard.n == 0 || !w->m->whole);
	w->over = true;
}

/* The reply to a unit; false when the session ended instead. */
static bool answer(struct walk *w, struct reply *ret)
{
	if (!take_reply(w, ret)) {
		assert(!w->m->whole);
		w->over = true;
		return false;
	}
	if (ret->code == 421)
		end(w);
	return ret->code != 421;
}

/* ---- what the client sent ---- */

enum unit { NOTHING, DAMAGED, LINE };

static struct slice left(const struct walk *w)
{
	return slice_skip(w->sent, w->at);
}

static enum unit drop_line(struct walk *w)
{
	size_t lf = slice_find(left(w), '\n');

	w->at += lf;
	if (w->at == w->sent.n)
		return NOTHING;
	w->damaged = w->at == 0 || w->sent.p[w->at - 1] != '\r';
	w->at++;
	return DAMAGED;
}

static enum unit take_line(struct walk *w, size_t max, struct slice *ret)
{
	struct slice rest = left(w);
	size_t lf = slice_find(rest, '\n');

	if (w->damaged)
		return drop_line(w);
	if (slice_starts_nocase(rest, S("AUTH ")))
		max = AUTH_LINE_MAX;
	if (lf >= max)
		return drop_line(w);
	if (lf == rest.n)
		return NOTHING;
	w->at += lf + 1;
	w->damaged = lf == 0 || rest.p[lf - 1] != '\r';
	if (w->damaged)
		return DAMAGED;
	*ret = slice_take(rest, lf - 1);
	return slice_find(*ret, '\r') < ret->n || slice_find(*ret, '\0') < ret->n ? DAMAGED : LINE;
}

/* ---- content ---- */

/* The text as it must be stored: dots unstuffed, line ends made right. False when it must be
 * refused. */
static bool canonical(const struct model *m, struct slice raw, bool dots, struct buf *ret)
{
	bool behind_lf = false; /* the line before ended in a bare LF */

	if (slice_find(raw, '\0') < raw.n)
		return false;
	while (raw.n) {
		size_t lf = slice_find(raw, '\n');
		bool bare = lf < raw.n && (lf == 0 || raw.p[lf - 1] != '\r');
		struct slice line = slice_take(raw, lf < raw.n && !bare ? lf - 1 : lf);

		raw = slice_skip(raw, lf + 1);
		if (slice_find(line, '\r') < line.n || (bare && m->strangers))
			return false;
		bool lone = slice_eq(line, S(".")) && (bare || behind_lf);

		buf_put(ret,
			dots && !lone && slice_starts(line, S(".")) ? slice_skip(line, 1) : line);
		buf_puts(ret, "\r\n");
		behind_lf = bare;
	}
	return true;
}

static bool names_received(struct slice text)
{
	for (size_t i = 0; i < text.n; i++)
		if (slice_starts_nocase(slice_skip(text, i), S("received")))
			return true;
	return false;
}

static void judge_message(struct walk *w, struct slice raw, bool dots, const struct reply *r)
{
	struct model *m = w->m;
	struct buf *text = &m->accepted[m->accepted_n];
	bool good = r->code / 100 == 2;

	assert(m->accepted_n < MODEL_MESSAGES);
	assert(good == r->queued);
	buf_init(text, 1 << 24);
	bool sound = canonical(m, raw, dots, text);

	assert(sound || !good);
	if (sound && raw.n < SMALL && !m->may_refuse && !names_received(raw))
		assert(good);
	if (good)
		m->accepted_n++;
	else
		buf_done(text);
}

static void read_data(struct walk *w)
{
	struct slice from_line_end = slice_skip(w->sent, w->at - 2);
	size_t n = slice_search(from_line_end, S("\r\n.\r\n"));
	struct slice raw = slice_take(left(w), n);
	struct reply r;

	if (n == from_line_end.n) {
		w->at = w->sent.n;
		end(w);
		return;
	}
	w->at += n + 3;
	if (answer(w, &r))
		judge_message(w, raw, true, &r);
}

/* "BDAT" size ["LAST"]. */
static bool parse_chunk(struct slice line, uint64_t *ret_size, bool *ret_last)
{
	struct slice arg = slice_trim(line), size;

	(void)slice_split(&arg, ' ');
	arg = slice_trim(arg);
	for (size_t i = 0; i < arg.n; i++)
		if ((unsigned char)arg.p[i] < ' ' || arg.p[i] == 0x7f)
			return false;
	size = slice_split(&arg, ' ');
	arg = slice_trim(arg);
	*ret_last = arg.n > 0;
	return size.n <= 20 && slice_to_u64(size, UINT64_MAX, ret_size) &&
	       (arg.n == 0 || slice_eq_nocase(arg, S("LAST")));
}

static void read_chunk(struct walk *w, struct slice line)
{
	uint64_t size = 0;
	struct reply r;
	bool last;

	if (!parse_chunk(line, &size, &last)) {
		if (answer(w, &r))
			assert(r.code == 501);
		end(w);
		return;
	}
	if (size > left(w).n) {
		w->at = w->sent.n;
		end(w);
		return;
	}
	buf_put(&w->chunks, slice_take(left(w), size));
	w->at += size;
	if (!answer(w, &r))
		return;
	assert(r.code == 250 || r.code >= 400);
	assert(r.queued == (last && r.code == 250));
	if (last && (r.code == 250 || r.code == 550)) {
		judge_message(w, buf_slice(&w->chunks), false, &r);
	}
	if (last || r.code != 250)
		buf_clear(&w->chunks);
}

/* ---- the dialogue ---- */

static void read_login(struct walk *w)
{
	struct reply r = { .code = 334 };
	struct slice line;

	while (r.code == 334) {
		enum unit unit = take_line(w, AUTH_LINE_MAX, &line);

		if (unit == NOTHING) {
			end(w);
			return;
		}
		if (!answer(w, &r))
			return;
		if (unit == DAMAGED) {
			assert(r.code == 500);
			r.code = 334;
		}
	}
	assert(r.code == 235 || r.code >= 400);
	w->m->logged_in |= r.code == 235;
}

static bool is_verb(struct slice line, struct slice verb)
{
	line = slice_trim(line);
	return slice_eq_nocase(slice_split(&line, ' '), verb);
}

/* What a reply changes in how the next bytes are read. */
static void follow(struct walk *w, struct slice line, const struct reply *r)
{
	assert(!r->queued);
	switch (r->code) {
	case 354:
		assert(is_verb(line, S("DATA")));
		read_data(w);
		break;
	case 334:
		assert(is_verb(line, S("AUTH")));
		read_login(w);
		break;
	case 235:
		assert(is_verb(line, S("AUTH")));
		w->m->logged_in = true;
		break;
	case 220:
		if (w->m->front && is_verb(line, S("XCLIENT"))) {
			buf_clear(&w->chunks); /* the session begins anew */
			break;
		}
		assert(is_verb(line, S("STARTTLS")));
		w->tls = w->over = true; /* at most an alert follows, when no handshake came */
		assert(w->heard.n == 0 || slice_starts(w->heard, S("\x15\x03")));
		break;
	case 221:
		assert(is_verb(line, S("QUIT")));
		end(w);
		break;
	case 250:
		if (is_verb(line, S("EHLO")) || is_verb(line, S("HELO")) ||
			is_verb(line, S("RSET")) || is_verb(line, S("MAIL")))
			buf_clear(&w->chunks);
		else
			assert(is_verb(line, S("RCPT")) || is_verb(line, S("NOOP")) ||
				(w->m->front && is_verb(line, S("XFORWARD"))));
		break;
	default:
		if (r->code == 554 && is_verb(line, S("XCLIENT")))
			end(w); /* what came behind it was not waited for */
		assert(r->code >= 400 || r->code == 214 || r->code == 252);
	}
}

static void converse(struct walk *w)
{
	struct slice line;
	struct reply r;

	while (!w->over) {
		enum unit unit = take_line(w, LINE_MAX, &line);

		if (unit == NOTHING) {
			end(w);
		} else if (unit == LINE && is_verb(line, S("BDAT"))) {
			read_chunk(w, line);
		} else if (answer(w, &r)) {
			if (unit == LINE)
				follow(w, line, &r);
			else
				assert(r.code == 500);
		}
	}
}

static void greeting(struct walk *w)
{
	struct reply r;

	if (!answer(w, &r))
		return;
	assert(r.code == 220 || r.code == 554);
	if (r.code == 554)
		end(w);
}

void model_read(struct model *m)
{
	bool tls = true;

	for (size_t i = 0; i < m->phases; i++) {
		struct walk w = { .m = m,
			.sent = buf_slice(&m->phase[i].sent),
			.heard = buf_slice(&m->phase[i].heard) };

		assert(tls);
		buf_init(&w.chunks, 1 << 24);
		if (i == 0)
			greeting(&w);
		converse(&w);
		buf_done(&w.chunks);
		tls = w.tls;
	}
}

void model_init(struct model *m)
{
	*m = (struct model){ .phases = 1 };
	for (size_t i = 0; i < MODEL_PHASES; i++) {
		buf_init(&m->phase[i].sent, 1 << 24);
		buf_init(&m->phase[i].heard, 1 << 24);
	}
}

void model_done(struct model *m)
{
	for (size_t i = 0; i < MODEL_PHASES; i++) {
		buf_done(&m->phase[i].sent);
		buf_done(&m->phase[i].heard);
	}
	for (size_t i = 0; i < m->accepted_n; i++)
		buf_done(&m->accepted[i]);
}
