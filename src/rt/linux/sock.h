/* Making sockets from descriptors. Private to the Linux world. */
#ifndef SLUICE_RT_LINUX_SOCK_H
#define SLUICE_RT_LINUX_SOCK_H

#include "base/ip.h"

struct sock;

/* A socket around a connected, non-blocking descriptor that nobody else holds; takes fd over, also
 * on failure. local may be NULL: asked of the kernel when somebody wants it. 0 or ERR_FULL. */
int sock_adopt(int fd, const struct ip_port *peer, const struct ip_port *local, struct sock **ret);

#endif
