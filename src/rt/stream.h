/* Buffered byte streams over a socket, with or without TLS. Input buffers are given back while a
 * stream is idle; output is coalesced and goes out when the reader has to wait. One coroutine may
 * read while another writes. */
#ifndef SLUICE_RT_STREAM_H
#define SLUICE_RT_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/slice.h"

struct buf;
struct ctx;
struct sock;
struct stream;

/* Input is buffered up to this many bytes: no line or record beyond it can be peeked at once. */
#define STREAM_INPUT_BYTES 16384
/* Output beyond this many bytes is sent before more is taken. */
#define STREAM_OUTPUT_BYTES 32768

/* Takes the socket over. The stream is owned by the caller until stream_free. */
struct stream *stream_new(struct sock *s);
/* Closes at once, without flushing; frees. NULL is fine. */
void stream_free(struct stream *s);
/* A stream whose input is `in` (then ERR_EOF) and whose output is appended to *out: for tests and
 * fuzzing. Neither is owned. out may be NULL. Never suspends. */
struct stream *stream_memory(struct slice in, struct buf *out);

struct ip_port stream_peer(const struct stream *s);

/* What has been read and not taken. Valid, also after stream_take, until the next stream_fill,
 * stream_drop_input or stream_free. */
struct slice stream_peek(const struct stream *s);
/* Takes n of the bytes that stream_peek shows. */
void stream_take(struct stream *s, size_t n);
/* Overwrites what was taken and may still lie in the buffer. For secrets. */
void stream_wipe_taken(struct stream *s);
/* Drops everything that was read and not taken (STARTTLS). Returns how many bytes. */
size_t stream_drop_input(struct stream *s);
/* Flushes the output, then suspends until at least one more byte is buffered. Fails with ERR_EOF,
 * ERR_RESET, ERR_TLS, ERR_LIMIT (buffer full: take something first), or as ctx_check. */
int stream_fill(struct ctx *ctx, struct stream *s);
/* From now on a read takes at most so many bytes; 0: as many as there is room for. What is not read
 * stays with the kernel, which pushes back. */
void stream_limit_reads(struct stream *s, size_t bytes);
/* sock_raise_receive_buffer of the socket below, if there is one. */
void stream_raise_receive_buffer(struct stream *s, size_t bytes);
/* For a pause in which nothing is read: what was read and not taken keeps no more memory than it
 * needs. Slices of it end here, as with stream_fill. */
void stream_park(struct stream *s);
/* Moves the queued output to the end of *ret, for somebody who sends it by and by. */
void stream_take_output(struct stream *s, struct buf *ret);
/* True when bytes could be read without waiting (buffered here or in the TLS layer or the kernel's
 * socket was just seen readable). A hint: used to hold replies back while commands are still
 * coming. */
bool stream_has_input(const struct stream *s);
/* Queues bytes; sends (suspends) when STREAM_OUTPUT_BYTES are queued. The bytes are copied, unless
 * they exceed the free room: then queue and bytes go out together. */
int stream_write(struct ctx *ctx, struct stream *s, struct slice bytes);
/* Sends what is queued. Suspends. */
int stream_flush(struct ctx *ctx, struct stream *s);
/* Flushes, sends close_notify and FIN. The stream is still to be freed. */
int stream_shutdown(struct ctx *ctx, struct stream *s);
/* Suspends until the peer's system has taken all that was sent. Fails with
 * ERR_RESET when it never will, or as ctx_check. */
int stream_wait_taken(struct ctx *ctx, struct stream *s);
/* Total bytes of payload so far. */
uint64_t stream_bytes_in(const struct stream *s);
uint64_t stream_bytes_out(const struct stream *s);

#endif
