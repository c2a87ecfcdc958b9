/* Reports that the tests look at: what each struct holds is told in dsn_sample_fill. */
#ifndef SLUICE_TESTS_DSN_SAMPLE_H
#define SLUICE_TESTS_DSN_SAMPLE_H

#include "message/dsn.h"

struct dsn_sample {
	struct message_dsn dsn;
	struct message_dsn_rcpt rcpts[3];
};

static inline struct smtp_path dsn_sample_path(struct slice local, struct slice domain, bool utf8)
{
	return (struct smtp_path){ .local = local, .domain = domain, .is_utf8 = utf8 };
}

/* "failed": one failed, one delayed, hostile words. "relayed": one, full return. "utf8": addresses
 * and header beyond ASCII. */
static inline void dsn_sample_fill(struct dsn_sample *s, struct slice which)
{
	bool utf8 = slice_eq(which, S("utf8")), full = slice_eq(which, S("relayed"));

	*s = (struct dsn_sample){ 0 };
	s->rcpts[0] = (struct message_dsn_rcpt){
		.final = dsn_sample_path(utf8 ? S("j\xc3\xbc") : S("a"), S("b.example"), utf8),
		.orcpt_type = utf8 ? S("utf-8") : S("rfc822"),
		.orcpt = utf8 ? S("alt+\xc3\xbc@b.example") : S("old@b.example"),
		.action = full ? MESSAGE_DSN_RELAYED : MESSAGE_DSN_FAILED,
		.status = full ? S("2.0.0") : S("5.1.1"),
		.remote_mta = S("mail.b.example"),
		.diagnostic = S(
			"550 5.1.1 No such user\nsee \x1b[31mhttps://b.example/\r\nEvil: x"),
		.last_attempt = 1795569000 * USEC_PER_SEC,
	};
	s->rcpts[1] = (struct message_dsn_rcpt){
		.final = dsn_sample_path(S("c"), S("d.example"), false),
		.action = MESSAGE_DSN_DELAYED,
		.status = S("4.4.1"),
		.reason = S("no route to host"),
		.retry_until = 1795969000 * USEC_PER_SEC,
	};
	s->dsn = (struct message_dsn){
		.reporting_mta = S("mx.example.org"),
		.sender = dsn_sample_path(S("sender"), S("example.net"), false),
		.envid = S("QQ 314"),
		.queue_id = S("0123456789abc"),
		.arrival = 1795568000 * USEC_PER_SEC,
		.now = 1795569059 * USEC_PER_SEC,
		.random = 424242,
		.rcpts = s->rcpts,
		.n = full ? 1 : 2,
		.what = full ? MESSAGE_DSN_RETURN_FULL : MESSAGE_DSN_RETURN_HEADERS,
		.header = utf8 ? S("Subject: J\xc3\xbc\r\nFrom: x@y\r\n")
			       : S("Subject: hello\r\nFrom: x@y\r\n"),
		.body = S("The body.\r\n"),
	};
}

#endif
