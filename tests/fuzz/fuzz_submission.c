/* What submission adds to a header section and demands of it. The input is the header section. Taken
 * only with exactly one From, every mailbox of which is the user's (by a reader of its own, where
 * the field is plain enough for it), at most one Sender likewise; afterwards there is one Date and
 * one Message-ID where none stood, and what came is unchanged. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "auth/server.h"
#include "auth/users.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "config/config.h"
#include "message/header.h"
#include "relay.h"
#include "server/server.h"
#include "server/session.h"
#include "server/submission.h"
#include "smtp/content.h"
#include "smtp/reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MINE "@bob.test" /* as is_mine reads it */

static const char config_text[] =
	"hostname: relay.test\n"
	"users: [ { file: users } ]\n"
	"listeners: { local: { for: submission, address: \"127.0.0.1:587\", tls: off } }\n"
	"routes: [ { via: out } ]\n"
	"hops: { out: { hosts: [ \"192.0.2.31:25\" ], tls: off } }\n";

static struct server server;
static struct session session;

static void make_session(void)
{
	struct auth_users *users = NULL;
	struct buf why;

	buf_init(&why, 500);
	int r = auth_users_parse(
		S("bob:$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5:*" MINE "\n"),
		"users", &why, &users);

	assert(r == 0);
	server.config = relay_config(config_text);
	server.auth = auth_server_new(&(struct auth_settings){ 0 }, users);
	auth_users_unref(users);
	session = (struct session){ .server = &server,
		.config = server.config,
		.listener = &server.config->listeners.v[0],
		.login = S("bob") };
	buf_done(&why);
}

/* Fields of this name by a reader of its own; the value of the last one, with its folds. */
static size_t count(struct slice header, struct slice name, struct slice *ret)
{
	bool in = false;
	size_t n = 0;

	while (header.n) {
		struct slice line = slice_take(header, slice_find(header, '\n') + 1), rest = line;

		header = slice_skip(header, line.n);
		if (line.p[0] == ' ' || line.p[0] == '\t') {
			if (in)
				ret->n += line.n;
			continue;
		}
		in = slice_starts_nocase(line, name);
		rest = slice_skip(rest, name.n);
		while (rest.n && (rest.p[0] == ' ' || rest.p[0] == '\t'))
			rest = slice_skip(rest, 1);
		in = in && rest.n && rest.p[0] == ':';
		n += in;
		if (in)
			*ret = slice_skip(rest, 1);
	}
	return n;
}

/* Nothing in it can hide an address from a plain look. */
static bool is_plain(struct slice value)
{
	for (size_t i = 0; i < value.n; i++)
		if (!ascii_is_alnum(value.p[i]) && !memchr(" \t\r\n@.,<>-_", value.p[i], 11))
			return false;
	return true;
}

static struct slice skip_blanks(struct slice s)
{
	while (s.n && memchr(" \t\r\n", s.p[0], 4))
		s = slice_skip(s, 1);
	return s;
}

/* s begins at the @. Blanks and folds may stand around @ and dots (RFC 5322 section 4.4), and behind
 * the domain. */
static bool is_mine(struct slice s)
{
	static const char *const atoms[] = { "@", "bob", ".", "test" };

	for (size_t i = 0; i < sizeof(atoms) / sizeof(atoms[0]); i++) {
		if (!slice_starts_nocase(s, slice_str(atoms[i])))
			return false;
		s = skip_blanks(slice_skip(s, strlen(atoms[i])));
	}
	return s.n == 0 || s.p[0] == ',' || s.p[0] == '>';
}

static void check_mine(struct slice value)
{
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] == '@')
			assert(is_mine(slice_skip(value, i)));
}

static void check_taken(struct slice header, struct slice added)
{
	struct slice from = SLICE_NIL, sender = SLICE_NIL, other;

	assert(count(header, S("From"), &from) == 1);
	assert(slice_search(from, S("@")) < from.n);
	if (is_plain(from))
		check_mine(from);
	assert(count(header, S("Sender"), &sender) <= 1);
	if (sender.n && is_plain(sender))
		check_mine(sender);
	assert(added.n == 0 || slice_ends(added, S("\r\n")));
	assert(count(added, S("Date"), &other) == (count(header, S("Date"), &other) == 0));
	assert(count(added, S("Message-ID"), &other) ==
		(count(header, S("Message-ID"), &other) == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice raw = slice_of(data, size), text;
	struct smtp_reply refusal = { 0 };
	struct smtp_content c;
	struct buf header, added;
	size_t block, body;

	if (server.config == NULL)
		make_session();
	buf_init(&header, 1 << 20);
	buf_init(&added, 1 << 16);
	smtp_content_init(&c, SMTP_CONTENT_REPAIR, SMTP_CONTENT_BDAT, 1 << 16);
	while (smtp_content_next(&c, &raw, &text) == SMTP_CONTENT_TEXT)
		buf_put(&header, text);
	buf_put(&header, smtp_content_finish(&c));
	(void)message_header_split(buf_slice(&header), true, &block, &body);
	text = slice_take(buf_slice(&header), block);
	if (submission_fix(&session, text, &added, &refusal))
		check_taken(text, buf_slice(&added));
	else
		assert(refusal.code == 550);
	buf_done(&header);
	buf_done(&added);
	return 0;
}
