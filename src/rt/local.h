/* Sockets of this machine (AF_UNIX), found by a path. A path longer than the
 * kernel's 107 bytes is reached through its folder. */
#ifndef SLUICE_RT_LOCAL_H
#define SLUICE_RT_LOCAL_H

#include <stdbool.h>

struct ctx;
struct listen_sock;
struct sock;

/* Listens at the path, mode 0600, in the place of a socket that an earlier process left there.
 * ERR_BUSY when somebody listens there still, ERR_EXISTS when the path is another kind of file,
 * ERR_ACCESS, ERR_NOTFOUND (no such folder). Blocks no longer than the file system: for start. The
 * file stays when the socket is closed. */
int local_listen(const char *path, struct listen_sock **ret);
/* Connects; does not suspend, since the kernel answers at once. ERR_REFUSED: nobody listens.
 * ERR_NOTFOUND: there is no such file. ERR_BUSY: the listener's queue is full. ERR_ACCESS. ctx->err
 * is filled. */
int local_connect(struct ctx *ctx, const char *path, struct sock **ret);
/* The process at the other end runs as root or as the same user as this one. */
bool local_peer_is_ours(const struct sock *s);

#endif
