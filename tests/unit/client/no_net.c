/* A world without network and chance, beside rt/fake_world.c: whoever asks for them has gone astray. */
#include <assert.h>
#include <stddef.h>

#include "base/err.h"
#include "rt/net.h"
#include "rt/random.h"

void sock_close(struct sock *s)
{
	assert(!s);
}

struct ip_port sock_peer(const struct sock *s)
{
	assert(s);
	return (struct ip_port){ 0 };
}

struct ip_port sock_local(const struct sock *s)
{
	assert(s);
	return (struct ip_port){ 0 };
}

int sock_read_now(struct sock *s, void *p, size_t n, size_t *ret_n)
{
	assert(s && p && n && ret_n);
	return 0;
}

bool sock_seems_readable(const struct sock *s)
{
	assert(s);
	return false;
}

int sock_wait_readable(struct ctx *ctx, struct sock *s)
{
	assert(ctx && s);
	return 0;
}

int sock_writev(struct ctx *ctx, struct sock *s, const struct iovec *iov, int n)
{
	assert(ctx && s && iov && n);
	return 0;
}

int sock_write_now(struct sock *s, const void *p, size_t n, size_t *ret_n)
{
	assert(s && p && n && ret_n);
	return 0;
}

int sock_wait_writable(struct ctx *ctx, struct sock *s)
{
	assert(ctx && s);
	return 0;
}

int sock_is_taken(struct sock *s)
{
	assert(s);
	return ERR_RESET;
}

void sock_shutdown(struct sock *s)
{
	assert(s);
}

void sock_raise_receive_buffer(struct sock *s, size_t bytes)
{
	assert(s && bytes);
}

struct hash_key random_hash_key(void)
{
	return (struct hash_key){ 1, 2 };
}
