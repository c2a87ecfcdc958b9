/* What messages take that are only here until they are whole: those of slow clients, and of clients
 * before a listener with `connect: dot`. A front "stores nothing", so strangers may not use it to
 * fill the disk: a part of the free room is for all of them, a part of that for one client address
 * (one /64), and so it is with open files. Each worker counts its own messages. Pure. */
#ifndef SLUICE_SERVER_GATHERING_H
#define SLUICE_SERVER_GATHERING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/map.h"
#include "base/time.h"

#define GATHERING_OF_ROOM    4 /* of the free room, a quarter; all workers together */
#define GATHERING_OF_FILES   3 /* of the files that a worker may have open, a third */
#define GATHERING_OF_CLIENT  8 /* of either, one client has an eighth */
#define GATHERING_REMEMBERED 64 /* clients */
#define GATHERING_AVOIDED    USEC_PER_HOUR /* that long */

struct gathering_share; /* of one client, as long as it has messages */

/* Clients are known by their address, IPv6 ones by its first half. */
struct gathering_client {
	uint8_t n;
	uint8_t b[8];
};

/* A worker's. */
struct gathering {
	struct map shares; /* client -> struct gathering_share */
	uint64_t bytes; /* of all messages */
	unsigned files;
	unsigned files_max; /* 0: no limit */
	unsigned workers; /* that share the room; 0 counts as one */
	struct {
		struct gathering_client client;
		usec_t until;
	} avoided[GATHERING_REMEMBERED]; /* a ring */
	unsigned next; /* place there */
};

/* One message. Zeroed it is not counted, and every call is harmless. */
struct gathered {
	struct gathering *of;
	struct gathering_share *share;
	uint64_t bytes;
	uint64_t memory; /* as gathering_memory */
	bool file;
};

void gathering_init(struct gathering *g, struct hash_key key);
void gathering_done(struct gathering *g); /* all messages have ended */
/* A message of the client begins, of `size` bytes as announced (0: unknown). room: bytes that the
 * spool has for everybody. False: there is no room for it, and nothing is counted. One that has
 * begun already goes on. */
bool gathering_begin(struct gathering *g, const struct ip *client, uint64_t room, uint64_t size,
	struct gathered *ret);
/* A client that has no message yet could begin one. */
bool gathering_has_room(const struct gathering *g, uint64_t room);
/* So many bytes more. False: there is no room for them, and they are not counted. */
bool gathering_add(struct gathered *m, uint64_t room, uint64_t bytes);
/* So many bytes of memory more, beside its file. False: its client has an eighth of max by them;
 * they are not counted. */
bool gathering_memory(struct gathered *m, uint64_t max, uint64_t bytes);
/* It has a file now. False: there are too many; it is counted until the end all the same. */
bool gathering_file(struct gathered *m);
/* It was refused in its midst: the client's next messages are better not gathered. */
void gathering_avoid(struct gathered *m, usec_t now);
/* So it was for this client, not long ago. */
bool gathering_avoids(const struct gathering *g, const struct ip *client, usec_t now);
/* Its room is free again. */
void gathering_end(struct gathered *m);

#endif
