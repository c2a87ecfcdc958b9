/* Addresses as the kernel writes them. Private to the Linux world. Pure. */
#ifndef SLUICE_RT_LINUX_ADDR_H
#define SLUICE_RT_LINUX_ADDR_H

#include <sys/socket.h>

#include "base/ip.h"

/* Fills *ret and returns its length. IP_NONE becomes 0.0.0.0. */
socklen_t addr_to_os(const struct ip_port *a, struct sockaddr_storage *ret);
/* IP_NONE for families other than the internet's. */
struct ip_port addr_from_os(const struct sockaddr_storage *s);

#endif
