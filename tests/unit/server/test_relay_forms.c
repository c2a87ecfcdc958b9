/* The named table of relay forms, asked of the codec and the permission alone: what every form gets
 * from every sender, before a program is started. */
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "check_main.h"
#include "config/load_text.h"
#include "server/permission.h"
#include "smtp/caps.h"
#include "smtp/cmd.h"
#include "smtp/reply.h"

static const char site[] = "hostname: mx.ours.example\n"
			   "postmaster: admin@foreign.example\n"
			   "our-addresses: [ 127.0.0.1, \"::1\" ]\n"
			   "listeners: { mx: { for: mx, address: \"127.0.0.1:2525\" } }\n"
			   "domains: { ours.example: { via: inside, recipients: any } }\n"
			   "hops: { inside: { hosts: 127.0.0.1 } }\n";

struct fixture {
	struct arena arena;
	const struct config *config;
	struct server_client client;
	struct smtp_caps caps;
	struct smtp_path senders[10];
	size_t senders_n, forms_n;
};

/* "\xHH" is a byte, "\\" a backslash. */
static struct slice unescape(struct arena *a, struct slice s)
{
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '\\') {
			p[n++] = s.p[i];
		} else if (s.p[i + 1] == 'x') {
			p[n++] = (char)(ascii_hex(s.p[i + 2]) * 16 + ascii_hex(s.p[i + 3]));
			i += 3;
		} else {
			p[n++] = s.p[++i];
		}
	}
	return slice_of(p, n);
}

static bool parse(struct fixture *f, const char *verb, struct slice arg, bool smtputf8,
	struct smtp_cmd *ret, struct smtp_reply *ret_refusal)
{
	struct slice text = unescape(&f->arena, arg);
	const char *line = arena_printf(&f->arena, "%s ", verb);
	struct buf b;

	buf_init(&b, 2000);
	buf_puts(&b, line);
	buf_put(&b, text);
	struct slice whole = arena_dup(&f->arena, buf_slice(&b));

	buf_done(&b);
	return smtp_cmd_parse(&f->arena, whole,
		&(struct smtp_cmd_context){ .offered = &f->caps, .smtputf8 = smtputf8 }, ret,
		ret_refusal);
}

static void add_sender(struct fixture *f, struct slice arg)
{
	struct smtp_cmd cmd;
	struct smtp_reply refusal;

	ck_assert_msg(parse(f, "MAIL", arg, true, &cmd, &refusal), "%.*s", SLICE_ARG(arg));
	f->senders[f->senders_n++] = cmd.mail.path;
}

static void check_permission(struct fixture *f, struct slice name, const struct smtp_path *to)
{
	for (size_t i = 0; i < f->senders_n; i++) {
		struct server_verdict v = server_permission_rcpt(
			f->config, &f->client, &f->senders[i], to);

		ck_assert_msg(v.code == 550 && strcmp(v.enhanced, "5.7.1") == 0,
			"%.*s, sender %zu: %u %s", SLICE_ARG(name), i, v.code, v.enhanced);
	}
}

static void check_form(struct fixture *f, struct slice name, struct slice arg, struct slice verdict)
{
	struct smtp_cmd cmd;
	struct smtp_reply refusal = { 0 };
	bool legal = slice_eq(verdict, S("legal")), utf8 = slice_eq(verdict, S("utf8"));

	f->forms_n++;
	ck_assert(legal || utf8 || slice_eq(verdict, S("illegal")));
	bool plain = parse(f, "RCPT", arg, false, &cmd, &refusal);

	ck_assert_msg(plain == legal, "%.*s: the syntax is %s", SLICE_ARG(name),
		plain ? "legal" : "illegal");
	ck_assert(plain || refusal.code >= 500);
	if (plain)
		check_permission(f, name, &cmd.rcpt.path);
	bool international = parse(f, "RCPT", arg, true, &cmd, &refusal);

	ck_assert_msg(international == (legal || utf8), "%.*s under SMTPUTF8", SLICE_ARG(name));
	if (international)
		check_permission(f, name, &cmd.rcpt.path);
}

static void read_line(struct fixture *f, struct slice line)
{
	struct slice name = slice_split(&line, '\t');

	if (slice_eq(name, S("#sender"))) {
		slice_split(&line, '\t');
		add_sender(f, line);
	} else if (name.n && name.p[0] != '#') {
		struct slice arg = slice_split(&line, '\t');

		check_form(f, name, arg, slice_split(&line, '\t'));
	}
}

START_TEST(every_form)
{
	struct fixture f = { .config = load_text(site) };
	FILE *file = fopen(RELAY_FORMS, "r");
	char line[2000];

	ck_assert_msg(f.config != NULL, "%s", load_said());
	ck_assert_msg(file != NULL, "%s", RELAY_FORMS);
	f.client = (struct server_client){ .listener = &f.config->listeners.v[0] };
	ck_assert(ip_parse(S("127.0.0.1"), &f.client.ip));
	smtp_caps_add(&f.caps, SMTP_CAP_SMTPUTF8);
	smtp_caps_add(&f.caps, SMTP_CAP_DSN);
	while (fgets(line, sizeof(line), file))
		read_line(&f, slice_take(slice_str(line), strcspn(line, "\n")));
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_uint_eq(f.senders_n, 5);
	ck_assert_uint_ge(f.forms_n, 110);
	config_unref(f.config);
	arena_reset(&f.arena);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("relay-forms");
	TCase *t = tcase_create("relay-forms");

	tcase_add_test(t, every_form);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
