/* What the preloaded shim writes into its log; check_syncs.py reads it. */
#pragma once

#include <stdint.h>

enum shim_kind {
	SHIM_WRITE = 1, /* bytes that hold an id are about to be given to a file */
	SHIM_SYNC = 2, /* a sync of that file has returned */
	SHIM_REPLY = 3, /* a 250 to a final dot is about to be written to a socket */
};

/* 64 bytes, in the machine's byte order; kind 0 ends the log. */
struct shim_entry {
	uint32_t kind, reserved;
	uint64_t began_ns, ended_ns; /* CLOCK_MONOTONIC; of a write and a reply only began_ns */
	uint64_t inode;
	uint64_t offset,
		bytes; /* of a write and of a sync of a range; bytes 0: all that was written */
	char text[16]; /* of a write the id's digits, of a reply the queue id */
};

/* The first 64 bytes of a log. */
struct shim_head {
	uint64_t entries; /* may be more than fitted */
	uint64_t syncs; /* counted even where nothing else is logged */
	uint64_t unsynced; /* syncs left out on purpose */
	uint64_t reserved[5];
};
