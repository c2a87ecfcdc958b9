/* The disk of a host: its tree, faults, and the bookkeeping around each operation. Private to the
 * simulated world. */
#ifndef SLUICE_RT_SIM_DISK_H
#define SLUICE_RT_SIM_DISK_H

#include "rt/sim/inode.h"
#include "rt/sim/sim.h"

struct job;

#define DISK_FAULTS 16 /* planned at once */

struct disk_fault {
	enum sim_disk_kind kind;
	uint64_t in; /* operations of the kind until it strikes; 0: none */
	int err;
};

struct disk {
	struct sim_host *host;
	struct list inodes;
	unsigned inodes_n;
	struct inode *root;
	uint64_t seq; /* of the last change */
	uint64_t ops;
	uint64_t cut_at;
	bool cut_after;
	uint64_t capacity;
	unsigned sector;
	usec_t sync_min, sync_max;
	enum sim_disk_loss loss;
	struct disk_fault faults[DISK_FAULTS];
};

struct disk *disk_new(struct sim_host *h);
void disk_free(struct disk *d);
void disk_power_cut(struct disk *d);
/* Releases the locks of a process. */
void disk_proc_died(struct sim_proc *p);
/* Files and folders still open. */
size_t disk_leaks(void);
/* Closes the files among them, at the end of all. */
void disk_close_leaked(void);

/* Bytes that files take now. */
uint64_t disk_used(const struct disk *d);
struct inode *disk_inode_new(struct disk *d, bool folder, struct slice name);
/* Walks a path from a folder; NULL when it is not there. */
struct inode *disk_find(struct inode *from, struct slice path);

/* The two ends of an operation in a job: a pause, then the number, the hook, power cuts and planned
 * faults. disk_begin fails with ERR_CANCELLED when the process is dead (nothing happens then), or
 * with the planned error in *ret_fault (the caller decides what a failure leaves behind). disk_end
 * returns result, or ERR_CANCELLED when the process died meanwhile. */
int disk_begin(struct job *job, struct disk *d, struct sim_disk_op *op, int *ret_fault);
int disk_end(struct sim_disk_op *op, int result);

#endif
