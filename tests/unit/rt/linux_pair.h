/* For tests of the Linux world: connected sockets over the loopback interface. */
#ifndef SLUICE_TESTS_LINUX_PAIR_H
#define SLUICE_TESTS_LINUX_PAIR_H

#include <check.h>

#include "rt/ctx.h"
#include "rt/net.h"

static inline struct ip_port loopback(uint16_t port)
{
	return (struct ip_port){ .ip = { .family = IP_V4, .b = { 127, 0, 0, 1 } }, .port = port };
}

static inline struct listen_sock *listen_any(int backlog)
{
	struct ip_port at = loopback(0);
	struct listen_options o = { .backlog = backlog };
	struct listen_sock *l = NULL;

	ck_assert_int_eq(listen_sock_open(&at, &o, &l), 0);
	return l;
}

/* A port where nobody listens. */
static inline struct ip_port dead_port(void)
{
	struct listen_sock *l = listen_any(0);
	struct ip_port at = listen_sock_address(l);

	listen_sock_close(l);
	return at;
}

struct pair {
	struct sock *client, *server;
};

static inline struct pair connect_pair(struct ctx *ctx)
{
	struct listen_sock *l = listen_any(0);
	struct ip_port at = listen_sock_address(l);
	struct pair p;

	ck_assert_int_eq(sock_connect(ctx, &at, NULL, &p.client), 0);
	ck_assert_int_eq(listen_sock_accept(ctx, l, &p.server, NULL, NULL), 0);
	listen_sock_close(l);
	return p;
}

static inline void close_pair(struct pair *p)
{
	sock_close(p->client);
	sock_close(p->server);
}

#endif
