/* The proxy service: each transaction is passed live to another server, and what that server says
 * is what the client hears. Nothing is stored. */
#ifndef SLUICE_SERVER_PROXY_H
#define SLUICE_SERVER_PROXY_H

struct service_ops;

extern const struct service_ops proxy_service;

#endif
