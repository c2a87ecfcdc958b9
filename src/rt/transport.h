/* Private to rt: what a stream stands on. Plain streams stand on their socket, TLS puts itself in
 * between by stream_set_transport. Every operation is called from the loop's thread; at most one
 * coroutine reads and one (the same or another) writes at a time, and the two may alternate at each
 * suspension. */
#ifndef SLUICE_RT_TRANSPORT_H
#define SLUICE_RT_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/uio.h>

struct ctx;
struct sock;
struct stream;
struct transport;

struct transport_ops {
	/* Reads what is there: 0 and 1..n bytes, ERR_BUSY when nothing is, ERR_EOF at the orderly
	 * end (TLS: close_notify), ERR_RESET (TLS: also an end of TCP without close_notify),
	 * ERR_TLS. Suspends only if the layer must write before it can read. Fills ctx->err, except
	 * for ERR_BUSY. */
	int (*read)(struct ctx *ctx, struct transport *t, void *p, size_t n, size_t *ret_n);
	/* Suspends until a read may find something (it may still say ERR_BUSY). */
	int (*wait_readable)(struct ctx *ctx, struct transport *t);
	/* True when a read would find something without asking the kernel, or is likely to. */
	bool (*has_input)(const struct transport *t);
	/* Writes all of it. Suspends while the peer does not take it. After a failure nothing is
	 * known of how much went out. n is small (1 or 2). */
	int (*writev)(struct ctx *ctx, struct transport *t, const struct iovec *iov, int n);
	/* Says that nothing more will be written (TLS: close_notify; then FIN). May suspend. */
	int (*shutdown)(struct ctx *ctx, struct transport *t);
	/* Frees the layer's own things at once, without suspending; the stream closes the socket
	 * afterwards. */
	void (*free)(struct transport *t);
};

/* First member of every transport. */
struct transport {
	const struct transport_ops *ops;
};

/* The socket below, for a handshake; still the stream's. NULL for stream_memory. */
struct sock *stream_sock(const struct stream *s);
/* Puts t (whose ownership passes) in the place of the plain transport, after the handshake. Input
 * buffered so far must have been dropped and output flushed (asserted). */
void stream_set_transport(struct stream *s, struct transport *t);
/* The layer set by stream_set_transport, or NULL while the stream is plain. */
struct transport *stream_transport(const struct stream *s);

#endif
