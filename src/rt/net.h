/* Sockets. The Linux world has epoll behind it, the simulated world a virtual network. */
#ifndef SLUICE_RT_NET_H
#define SLUICE_RT_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/uio.h>

#include "base/ip.h"
#include "base/time.h"

struct ctx;

/* A connected stream socket; owned by the caller (usually given to stream_new). */
struct sock;
/* A listening socket; owned by the caller. */
struct listen_sock;

struct listen_options {
	bool reuse_port; /* more than one process binds it; the first bind must not set it */
	bool share; /* the first one of these: later binds with reuse_port are let in */
	int backlog; /* 0: 1024 */
};

/* Binds and listens. IPv6 is V6ONLY; IP_NONE means every IPv4 address (for every address of both
 * families the caller opens "::" too). Port 0 takes any (listen_sock_address tells). ERR_BUSY when
 * the port is taken, ERR_ACCESS, ERR_UNREACHABLE when the address is not ours; err text in ctx is
 * not set: pure codes. Does not suspend. */
int listen_sock_open(
	const struct ip_port *at, const struct listen_options *o, struct listen_sock **ret);
/* Takes over a descriptor that the supervisor opened. */
int listen_sock_from_fd(int fd, struct listen_sock **ret);
void listen_sock_close(
	struct listen_sock *l); /* NULL is fine; waiting accepts fail with ERR_CANCELLED */
struct ip_port listen_sock_address(const struct listen_sock *l);
/* From now on no connection begins, whoever holds this socket; those that have
 * begun are still accepted. Clients try again a second later. For a socket that is about to be
 * closed: what waits in it then would be reset. */
void listen_sock_begin_none(struct listen_sock *l);
/* How much the kernel keeps unread of each connection accepted from now on (SO_RCVBUF: it takes
 * about twice as much memory for it). */
void listen_sock_set_receive_buffer(struct listen_sock *l, size_t bytes);
/* The same of a connection, larger than it was; within the system's limit. */
void sock_raise_receive_buffer(struct sock *s, size_t bytes);
/* For passing on: the descriptor, still owned by l. */
int listen_sock_fd(const struct listen_sock *l);
/* Suspends until a client connects. ret_peer and ret_local may be NULL. ERR_FULL when out of
 * descriptors (the caller pauses). */
int listen_sock_accept(struct ctx *ctx, struct listen_sock *l, struct sock **ret,
	struct ip_port *ret_peer, struct ip_port *ret_local);

/* Connects to one address. source.family IP_NONE: the kernel chooses. Suspends. Fails with REFUSED,
 * UNREACHABLE, TIMEOUT (the caller's deadline), RESET; ctx->err is filled. */
int sock_connect(
	struct ctx *ctx, const struct ip_port *to, const struct ip *source, struct sock **ret);
/* Linux world: an AF_UNIX stream connection or a socket pair end. Ownership of fd passes. */
int sock_from_fd(int fd, struct sock **ret);
void sock_close(struct sock *s); /* at once; NULL is fine */
struct ip_port sock_peer(const struct sock *s);
struct ip_port sock_local(const struct sock *s);
/* Reads at least one byte. Suspends. ERR_EOF at the orderly end, ERR_RESET when the connection
 * broke. */
int sock_read(struct ctx *ctx, struct sock *s, void *p, size_t n, size_t *ret_n);
/* Reads what is there without suspending; ERR_BUSY when nothing is. */
int sock_read_now(struct sock *s, void *p, size_t n, size_t *ret_n);
/* A hint that asks nobody: a read would find bytes (or the end) as far as is known already. */
bool sock_seems_readable(const struct sock *s);
/* Suspends until a read would not. */
int sock_wait_readable(struct ctx *ctx, struct sock *s);
/* Writes everything. Suspends while the peer does not take it. */
int sock_writev(struct ctx *ctx, struct sock *s, const struct iovec *iov, int n);
/* Writes some without suspending; ERR_BUSY when nothing fits. */
int sock_write_now(struct sock *s, const void *p, size_t n, size_t *ret_n);
/* Suspends until a write would take something. */
int sock_wait_writable(struct ctx *ctx, struct sock *s);
/* Has the peer's system taken all that was written, read by the peer or not? 0; ERR_BUSY: not yet;
 * ERR_RESET: it never will. Does not suspend. */
int sock_is_taken(struct sock *s);
/* Sends FIN after what was written. */
void sock_shutdown(struct sock *s);
/* Linux world only, for passing on: the descriptor, still owned by s; -1 in the simulation. */
int sock_fd(const struct sock *s);

/* Happy Eyeballs (RFC 8305): tries the addresses in the order given (already sorted), starts the
 * next when one fails or after 250 ms, keeps the first that connects and closes the others.
 * *ret_index (may be NULL) tells which address. The caller's deadline bounds it all. Fails with the
 * last error. */
int net_connect(struct ctx *ctx, const struct ip_port *addrs, size_t n, const struct ip *source,
	struct sock **ret, size_t *ret_index);

#endif
