/* Files and folders on a simulated disk: what programs see, what a power cut would leave, and the
 * changes in between. Knows nothing of time, processes or faults. Private to the simulated world.
 * */
#ifndef SLUICE_RT_SIM_INODE_H
#define SLUICE_RT_SIM_INODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "base/map.h"
#include "base/slice.h"

#define SECTOR_BYTES ((size_t)512)

/* Bytes that are written and not synced: the sector's content after each write. */
struct version {
	uint64_t seq;
	char bytes[SECTOR_BYTES];
};
struct dirty {
	unsigned n, cap;
	struct version *v; /* oldest first */
};

struct size_change {
	uint64_t seq, size;
};

/* A change of a folder that is not synced. node NULL: the name goes away. */
struct entry_change {
	uint64_t seq;
	char *name;
	struct inode *node;
	char *gone; /* rename: the former name, which goes away in the same instant */
};

struct content {
	char *p;
	size_t n, cap; /* bytes between n and cap are zero or beyond the end */
};

struct inode {
	struct list all; /* on its disk */
	unsigned id;
	bool folder;
	unsigned refs; /* entries, changes and open handles */
	char *name; /* the last one it had, for traces */
	void *lock; /* the handle that holds it, or NULL */

	struct content now, kept; /* as seen, as after a power cut */
	struct map dirty; /* sector number -> struct dirty */
	struct size_change *sizes; /* oldest first */
	size_t sizes_n, sizes_cap;

	struct map entries, kept_entries; /* folder: name -> struct inode */
	struct entry_change *changes; /* oldest first */
	size_t changes_n, changes_cap;
};

/* Which of the unsynced changes a power cut keeps: those up to the number returned. `group` is the
 * sector's or change's place; sizes have their own. */
struct loss {
	uint64_t (*keep_up_to)(void *arg, uint64_t group, uint64_t first, uint64_t last);
	void *arg;
	unsigned group_sectors; /* sectors that share their fate */
};

struct inode *inode_new(struct list *all, unsigned id, bool folder, struct slice name);
struct inode *inode_ref(struct inode *node);
/* Frees it with the last reference, and drops what stands in a folder. NULL is fine. */
void inode_unref(struct inode *node);

/* Bytes. seq numbers rise over the whole disk. */
void inode_write(struct inode *node, uint64_t seq, struct slice s, uint64_t offset);
void inode_truncate(struct inode *node, uint64_t seq, uint64_t size);
/* Makes durable what was written up to seq within the sectors of the range, and the size. */
void inode_sync(struct inode *node, uint64_t seq, uint64_t offset, uint64_t n);
/* A sync of that range that failed: its bytes are no longer to be written, seen as they are. save
 * says of each sector whether it was written all the same. */
void inode_sync_failed(
	struct inode *node, uint64_t seq, uint64_t offset, uint64_t n, bool (*save)(void));
/* Forgets clean bytes: what is seen is again what is stored. */
void inode_drop_cache(struct inode *node, uint64_t offset, uint64_t n);

/* Folders. */
struct inode *inode_entry(const struct inode *folder, struct slice name);
void inode_link(struct inode *folder, uint64_t seq, struct slice name, struct inode *node);
void inode_unlink(struct inode *folder, uint64_t seq, struct slice name);
void inode_rename(struct inode *folder, uint64_t seq, struct slice from, struct slice to);
void inode_sync_folder(struct inode *folder, uint64_t seq);

/* The power cut: what is seen becomes what was stored. Returns how many sectors and changes were
 * lost. */
uint64_t inode_power_cut(struct inode *node, const struct loss *loss);

#endif
