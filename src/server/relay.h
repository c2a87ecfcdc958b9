/* The relay service: a message is kept durably before its 250, and delivered afterwards. */
#ifndef SLUICE_SERVER_RELAY_H
#define SLUICE_SERVER_RELAY_H

extern const struct service_ops relay_service;

#endif
