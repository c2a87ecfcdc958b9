/* Who may send what to whom: a table of clients, senders and recipients against one configuration. */
#include "server/permission.h"

#include "auth/users.h"
#include "base/buf.h"
#include "check_main.h"
#include "config/load_text.h"
#include "config/mailbox.h"

static const char text[] =
	"hostname: mx.ours.example\n"
	"postmaster: admin@far.example\n"
	"our-addresses: [ 192.0.2.7 ]\n"
	"tls: [ { certificate: tls.pem, key-file: tls.key } ]\n"
	"users: [ { file: users } ]\n"
	"listeners:\n"
	"  mx: { for: mx, address: \":25\" }\n"
	"  submission: { for: submission, address: \":587\" }\n"
	"  submissions: { for: submission, address: \":465\", tls: implicit }\n"
	"  lan: { for: internal, address: \"10.0.0.1:25\",\n"
	"         networks: [ { from: 10.1.0.0/24, senders: \"*@ours.example\" }, 10.2.0.0/16 ] }\n"
	"domains:\n"
	"  ours.example: { via: inside, recipients: any }\n"
	"  listed.example: { via: inside, recipients: [ { file: list } ] }\n"
	"hops: { inside: { hosts: in.example } }\n"
	"routes: [ { via: mx } ]\n";

static const char no_postmaster[] = "listeners: { lan: { for: internal, address: \"10.0.0.1:25\",\n"
				    "  networks: [ 10.1.0.0/24 ] } }\n"
				    "domains: { ours.example: { via: inside, recipients: any } }\n"
				    "hops: { inside: { hosts: in.example } }\n";

static const char users[] = "me@ours.example:$6$salt$x\n"
			    "plain:$6$salt$x\n"
			    "list:$6$salt$x:*@ours.example,boss@far.example\n";

static struct auth_users *parse_users(void)
{
	struct auth_users *u = NULL;
	struct buf why;

	buf_init(&why, 1000);
	int e = auth_users_parse(slice_str(users), "users", &why, &u);

	ck_assert_msg(e == 0, "%.*s", SLICE_ARG(buf_slice(&why)));
	buf_done(&why);
	return u;
}

enum { CLEAR, TLS };

static const struct {
	const char *listener, *ip, *user;
	int tls;
	const char *from;
	int mail; /* code */
	const char *to;
	int rcpt; /* code */
	const char *enhanced; /* of the last answer */
	const char *instead;
} cases[] = {
	/* mx: everyone, for our domains only */
	{ "mx", "203.0.113.9", NULL, CLEAR, "a@far.example", 250, "b@ours.example", 250, "2.1.5" },
	{ "mx", "203.0.113.9", NULL, CLEAR, "", 250, "b@OURS.Example", 250, "2.1.5" },
	{ "mx", "203.0.113.9", NULL, CLEAR, "a@far.example", 250, "b@far.example", 550, "5.7.1" },
	{ "mx", "203.0.113.9", NULL, CLEAR, "a@ours.example", 250, "b@far.example", 550, "5.7.1" },
	{ "mx", "203.0.113.9", NULL, CLEAR, "", 250, "b@far.example", 550, "5.7.1" },
	{ "mx", "203.0.113.9", NULL, CLEAR, "", 250, "b@sub.ours.example", 550, "5.7.1" },
	{ "mx", "203.0.113.9", NULL, CLEAR, "", 250, "b@xours.example", 550, "5.7.1" },
	/* mx: nothing else entitles, neither a trusted address nor loopback nor a log-in */
	{ "mx", "10.1.0.9", NULL, CLEAR, "a@ours.example", 250, "b@far.example", 550, "5.7.1" },
	{ "mx", "127.0.0.1", NULL, CLEAR, "a@ours.example", 250, "b@far.example", 550, "5.7.1" },
	{ "mx", "203.0.113.9", "me@ours.example", TLS, "me@ours.example", 250, "b@far.example", 550,
		"5.7.1" },
	/* mx: routes in local parts */
	{ "mx", "203.0.113.9", NULL, CLEAR, "", 250, "b%far.example@ours.example", 550, "5.7.1" },
	{ "mx", "203.0.113.9", NULL, CLEAR, "", 250, "far.example!b@ours.example", 550, "5.7.1" },
	{ "mx", "203.0.113.9", NULL, CLEAR, "", 250, "b@far.example@ours.example", 550, "5.7.1" },
	{ "mx", "203.0.113.9", NULL, CLEAR, "", 250, "b%ours.example@far.example", 550, "5.7.1" },
	/* mx: recipients */
	{ "mx", "203.0.113.9", NULL, CLEAR, "", 250, "anna@listed.example", 250, "2.1.5" },
	{ "mx", "203.0.113.9", NULL, CLEAR, "", 250, "zoe@listed.example", 550, "5.1.1" },
	/* the postmaster, whoever asks */
	{ "mx", "203.0.113.9", NULL, CLEAR, "", 250, "postmaster", 250, "2.1.5",
		"admin@far.example" },
	{ "mx", "203.0.113.9", NULL, CLEAR, "", 250, "PostMaster@listed.example", 250, "2.1.5",
		"admin@far.example" },
	{ "mx", "203.0.113.9", NULL, CLEAR, "", 250, "abuse@ours.example", 250, "2.1.5",
		"admin@far.example" },
	{ "mx", "203.0.113.9", NULL, CLEAR, "", 250, "postmaster@mx.ours.example", 250, "2.1.5",
		"admin@far.example" },
	{ "mx", "203.0.113.9", NULL, CLEAR, "", 250, "postmaster@[192.0.2.7]", 250, "2.1.5",
		"admin@far.example" },
	{ "mx", "203.0.113.9", NULL, CLEAR, "", 250, "postmaster@far.example", 550, "5.7.1" },
	{ "mx", "203.0.113.9", NULL, CLEAR, "", 250, "admin@far.example", 550, "5.7.1" },
	{ "mx", "203.0.113.9", NULL, CLEAR, "", 250, "b@[192.0.2.7]", 550, "5.7.1" },
	{ "mx", "203.0.113.9", NULL, CLEAR, "", 250, "b@mx.ours.example", 550, "5.7.1" },
	/* submission: TLS, then log-in, then the world */
	{ "submission", "203.0.113.9", NULL, CLEAR, "a@ours.example", 530, "b@ours.example", 530,
		"5.7.0" },
	{ "submission", "203.0.113.9", NULL, TLS, "a@ours.example", 530, "b@ours.example", 530,
		"5.7.0" },
	{ "submission", "203.0.113.9", NULL, TLS, "", 530, "postmaster", 530, "5.7.0" },
	{ "submission", "10.1.0.9", NULL, TLS, "a@ours.example", 530, "b@far.example", 530,
		"5.7.0" },
	{ "submissions", "203.0.113.9", NULL, TLS, "a@ours.example", 530, "b@far.example", 530,
		"5.7.0" },
	{ "submission", "203.0.113.9", "me@ours.example", TLS, "me@ours.example", 250,
		"b@far.example", 250, "2.1.5" },
	{ "submissions", "203.0.113.9", "me@ours.example", TLS, "Me@ours.example", 250,
		"b@ours.example", 250, "2.1.5" },
	{ "submission", "203.0.113.9", "me@ours.example", TLS, "", 250, "b@far.example", 250,
		"2.1.5" },
	{ "submission", "203.0.113.9", "me@ours.example", TLS, "b%c@far.example", 550,
		"b@far.example", 550, "5.7.1" },
	{ "submission", "203.0.113.9", "me@ours.example", TLS, "me@ours.example", 250,
		"b%c@far.example", 250, "2.1.5" },
	{ "submission", "203.0.113.9", "me@ours.example", TLS, "me@ours.example", 250,
		"zoe@listed.example", 550, "5.1.1" },
	/* submission: the sender is bound to the log-in */
	{ "submission", "203.0.113.9", "me@ours.example", TLS, "you@ours.example", 550,
		"b@far.example", 550, "5.7.1" },
	{ "submission", "203.0.113.9", "list", TLS, "you@ours.example", 250, "b@far.example", 250,
		"2.1.5" },
	{ "submission", "203.0.113.9", "list", TLS, "boss@far.example", 250, "b@far.example", 250,
		"2.1.5" },
	{ "submission", "203.0.113.9", "list", TLS, "a@far.example", 550, "b@far.example", 550,
		"5.7.1" },
	{ "submission", "203.0.113.9", "plain", TLS, "plain@ours.example", 550, "b@far.example",
		550, "5.7.1" },
	{ "submission", "203.0.113.9", "plain", TLS, "", 250, "b@far.example", 250, "2.1.5" },
	/* internal: networks, and their senders */
	{ "lan", "203.0.113.9", NULL, CLEAR, "a@ours.example", 550, "b@ours.example", 550,
		"5.7.1" },
	{ "lan", "203.0.113.9", NULL, CLEAR, "", 550, "postmaster", 550, "5.7.1" },
	{ "lan", "127.0.0.1", NULL, CLEAR, "a@ours.example", 550, "b@far.example", 550, "5.7.1" },
	{ "lan", "", NULL, CLEAR, "a@ours.example", 550, "b@far.example", 550, "5.7.1" },
	{ "lan", "10.1.0.9", NULL, CLEAR, "a@ours.example", 250, "b@far.example", 250, "2.1.5" },
	{ "lan", "::ffff:10.1.0.9", NULL, CLEAR, "a@ours.example", 250, "b@far.example", 250,
		"2.1.5" },
	{ "lan", "10.1.0.9", NULL, CLEAR, "", 250, "b@far.example", 250, "2.1.5" },
	{ "lan", "10.1.0.9", NULL, CLEAR, "a@far.example", 550, "b@far.example", 550, "5.7.1" },
	{ "lan", "10.1.1.9", NULL, CLEAR, "a@ours.example", 550, "b@far.example", 550, "5.7.1" },
	{ "lan", "10.2.7.9", NULL, CLEAR, "a@far.example", 250, "b@far.example", 250, "2.1.5" },
	{ "lan", "10.2.7.9", NULL, CLEAR, "a@far.example", 250, "zoe@listed.example", 550,
		"5.1.1" },
	{ "lan", "10.2.7.9", NULL, CLEAR, "a@far.example", 250, "postmaster", 250, "2.1.5",
		"admin@far.example" },
};

START_TEST(one_case)
{
	const struct config *c = load_text(text);
	struct auth_users *u = parse_users();

	ck_assert_msg(c != NULL, "%s", load_said());
	struct server_client client = {
		.listener = config_listener_find(c, slice_str(cases[_i].listener)),
		.tls = cases[_i].tls == TLS,
		.user = cases[_i].user ? auth_users_find(u, slice_str(cases[_i].user)) : NULL,
	};
	struct smtp_path from = mailbox(cases[_i].from), to = mailbox(cases[_i].to);

	ip_parse(slice_str(cases[_i].ip), &client.ip);
	ck_assert(cases[_i].user == NULL || client.user != NULL);
	struct server_verdict v = server_permission_mail(&client, &from);

	ck_assert_int_eq(v.code, cases[_i].mail);
	v = server_permission_rcpt(c, &client, &from, &to);
	ck_assert_int_eq(v.code, cases[_i].rcpt);
	ck_assert_str_eq(v.enhanced, cases[_i].enhanced);
	ck_assert(v.text[0] != '\0');
	if (server_verdict_is_allowed(&v)) {
		ck_assert(slice_eq(v.instead, slice_str(cases[_i].instead)));
		ck_assert_int_eq(v.domain != NULL, config_domain_find(c, to.domain) != NULL);
	}
	auth_users_unref(u);
	config_unref(c);
}
END_TEST

START_TEST(entitlement)
{
	static const struct {
		const char *listener, *ip, *user;
		enum spool_entitlement expect;
	} who[] = {
		{ "mx", "10.1.0.9", NULL, SPOOL_NOT_ENTITLED },
		{ "mx", "10.1.0.9", "list", SPOOL_NOT_ENTITLED },
		{ "lan", "10.2.0.9", NULL, SPOOL_ENTITLED_NETWORK },
		{ "submission", "10.2.0.9", "list", SPOOL_ENTITLED_LOGIN },
	};
	const struct config *c = load_text(text);
	struct auth_users *u = parse_users();
	struct smtp_path from = mailbox("a@ours.example"), to = mailbox("b@ours.example");

	for (size_t i = 0; i < sizeof(who) / sizeof(who[0]); i++) {
		struct server_client client = {
			.listener = config_listener_find(c, slice_str(who[i].listener)),
			.tls = true,
			.user = who[i].user ? auth_users_find(u, slice_str(who[i].user)) : NULL,
		};

		ip_parse(slice_str(who[i].ip), &client.ip);
		struct server_verdict v = server_permission_rcpt(c, &client, &from, &to);

		ck_assert_int_eq(v.code, 250);
		ck_assert_int_eq(v.entitlement, who[i].expect);
	}
	auth_users_unref(u);
	config_unref(c);
}
END_TEST

START_TEST(deciding_option)
{
	static const struct {
		const char *listener, *ip, *user;
		int tls;
		const char *from, *to, *key;
	} who[] = {
		{ "mx", "203.0.113.9", NULL, CLEAR, "", "b@far.example", "domains" },
		{ "mx", "203.0.113.9", NULL, CLEAR, "", "b%c@far.example", "for" },
		{ "mx", "203.0.113.9", NULL, CLEAR, "", "b@ours.example", "recipients" },
		{ "mx", "203.0.113.9", NULL, CLEAR, "", "b@listed.example", "recipients" },
		{ "mx", "203.0.113.9", NULL, CLEAR, "", "postmaster", "postmaster" },
		{ "lan", "203.0.113.9", NULL, CLEAR, "", "b@far.example", "networks" },
		{ "lan", "10.1.0.9", NULL, CLEAR, "a@ours.example", "b@far.example", "senders" },
		{ "lan", "10.1.0.9", NULL, CLEAR, "a@far.example", "b@far.example", "senders" },
		{ "lan", "10.2.0.9", NULL, CLEAR, "a@far.example", "b@far.example", "from" },
		{ "submission", "10.2.0.9", NULL, CLEAR, "", "b@far.example", "tls" },
		{ "submission", "10.2.0.9", NULL, TLS, "", "b@far.example", "for" },
		{ "submission", "10.2.0.9", "plain", TLS, "a@far.example", "b@far.example",
			"users" },
		{ "submission", "10.2.0.9", "list", TLS, "boss@far.example", "b@far.example",
			"users" },
	};
	const struct config *c = load_text(text);
	struct auth_users *u = parse_users();

	for (size_t i = 0; i < sizeof(who) / sizeof(who[0]); i++) {
		struct server_client client = {
			.listener = config_listener_find(c, slice_str(who[i].listener)),
			.tls = who[i].tls == TLS,
			.user = who[i].user ? auth_users_find(u, slice_str(who[i].user)) : NULL,
		};
		struct smtp_path from = mailbox(who[i].from), to = mailbox(who[i].to);

		ip_parse(slice_str(who[i].ip), &client.ip);
		struct server_verdict v = server_permission_rcpt(c, &client, &from, &to);

		ck_assert_msg(strcmp(v.key, who[i].key) == 0, "%zu: %s", i, v.key);
	}
	auth_users_unref(u);
	config_unref(c);
}
END_TEST

START_TEST(without_postmaster)
{
	const struct config *c = load_text(no_postmaster);
	struct server_client client = { .listener = c->listeners.v };
	struct smtp_path from = mailbox("");
	struct smtp_path bare = mailbox("postmaster"), ours = mailbox("postmaster@ours.example");

	ip_parse(S("10.1.0.1"), &client.ip);
	struct server_verdict v = server_permission_rcpt(c, &client, &from, &bare);

	ck_assert_int_eq(v.code, 550);
	ck_assert_str_eq(v.enhanced, "5.1.1");
	v = server_permission_rcpt(c, &client, &from, &ours);
	ck_assert(v.code == 250 && v.domain && v.instead.n == 0);
	config_unref(c);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("permission");
	TCase *t = tcase_create("permission");

	tcase_add_loop_test(t, one_case, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(t, entitlement);
	tcase_add_test(t, deciding_option);
	tcase_add_test(t, without_postmaster);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
