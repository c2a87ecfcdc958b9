/* Scenarios are read by people first: few signs, and texts stand in them as they are. */
#include "lex.h"

#include "base/arena.h"
#include "base/buf.h"

#define TEXT_MAX (1u << 20)

static struct token token(const struct lex *l, enum token_kind kind, struct slice text)
{
	return (struct token){ kind, l->line, text };
}

static struct token bad(struct lex *l, const char *why)
{
	l->why = why;
	return token(l, TOKEN_BAD, SLICE_NIL);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void skip_blanks(struct lex *l)
{
	while (l->rest.n && is_blank(l->rest.p[0]))
		l->rest = slice_skip(l->rest, 1);
	if (l->rest.n && l->rest.p[0] == '#')
		l->rest = slice_skip(l->rest, slice_find(l->rest, '\n'));
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 32);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* What stands behind a backslash; how many bytes of it were used, 0 when it is none. */
static size_t unescape(struct slice s, char *ret)
{
	static const char from[] = "rnt0\\\"", to[] = "\r\n\t\0\\\"";
	const char *at;

	if (s.n >= 3 && s.p[0] == 'x' && hex(s.p[1]) >= 0 && hex(s.p[2]) >= 0) {
		*ret = (char)(hex(s.p[1]) << 4 | hex(s.p[2]));
		return 3;
	}
	at = s.n && s.p[0] ? strchr(from, s.p[0]) : NULL;
	if (at == NULL)
		return 0;
	*ret = to[at - from];
	return 1;
}

static struct token quoted(struct lex *l)
{
	struct slice s = slice_skip(l->rest, 1);
	struct buf b;
	char c = 0;

	buf_init(&b, TEXT_MAX);
	while (s.n && s.p[0] != '"' && s.p[0] != '\n') {
		size_t used = 1;

		c = s.p[0];
		if (c == '\\') {
			used = unescape(slice_skip(s, 1), &c);
			if (used == 0) {
				buf_done(&b);
				return bad(l, "an unknown escape in a string");
			}
			used++;
		}
		buf_putc(&b, c);
		s = slice_skip(s, used);
	}
	struct slice text = arena_dup(l->arena, buf_slice(&b));

	buf_done(&b);
	if (s.n == 0 || s.p[0] != '"')
		return bad(l, "a string that does not end on its line");
	l->rest = slice_skip(s, 1);
	return token(l, TOKEN_STRING, text);
}

/* ---- """texts""" ---- */

static size_t indent_of(struct slice line)
{
	size_t n = 0;

	while (n < line.n && (line.p[n] == ' ' || line.p[n] == '\t'))
		n++;
	return n;
}

static size_t shared_indent(struct slice text)
{
	size_t least = SIZE_MAX;

	while (text.n) {
		struct slice line = slice_split(&text, '\n');
		size_t n = indent_of(line);

		if (n < line.n && n < least)
			least = n;
	}
	return least == SIZE_MAX ? 0 : least;
}

static struct slice dedent(struct arena *a, struct slice text)
{
	size_t n = shared_indent(text);
	struct buf b;

	buf_init(&b, TEXT_MAX);
	while (text.n) {
		bool ended = slice_find(text, '\n') < text.n;

		buf_put(&b, slice_skip(slice_split(&text, '\n'), n));
		if (ended)
			buf_putc(&b, '\n');
	}
	struct slice s = arena_dup(a, buf_slice(&b));

	buf_done(&b);
	return s;
}

static struct token triple(struct lex *l)
{
	struct slice s = slice_skip(l->rest, 3);
	size_t end = slice_search(s, S("\"\"\""));
	struct token t = token(l, TOKEN_STRING, slice_take(s, end));

	if (end == s.n)
		return bad(l, "a text without closing quotes");
	l->rest = slice_skip(s, end + 3);
	for (size_t i = 0; i < end; i++)
		l->line += s.p[i] == '\n';
	if (t.text.n && t.text.p[0] == '\n') {
		t.text = slice_skip(t.text, 1);
		size_t last = slice_rfind(t.text, '\n');

		if (last < t.text.n &&
			indent_of(slice_skip(t.text, last + 1)) == t.text.n - last - 1)
			t.text = slice_take(t.text, last + 1);
	}
	t.text = dedent(l->arena, t.text);
	return t;
}

struct token lex_next(struct lex *l)
{
	size_t n = 0;

	skip_blanks(l);
	struct slice s = l->rest;

	if (s.n == 0)
		return token(l, TOKEN_END, SLICE_NIL);
	if (slice_starts(s, S("\"\"\"")))
		return triple(l);
	if (s.p[0] == '"')
		return quoted(l);
	if (strchr("\n;{}", s.p[0])) {
		struct token t = token(l,
			s.p[0] == '{'	? TOKEN_OPEN
			: s.p[0] == '}' ? TOKEN_CLOSE
					: TOKEN_BREAK,
			slice_take(s, 1));

		l->line += s.p[0] == '\n';
		l->rest = slice_skip(s, 1);
		return t;
	}
	while (n < s.n && !is_blank(s.p[n]) && (s.p[n] == 0 || !strchr("\n;{}\"", s.p[n])))
		n++;
	l->rest = slice_skip(s, n);
	return token(l, TOKEN_WORD, slice_take(s, n));
}
