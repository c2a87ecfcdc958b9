/* The faults of a seed. */
#ifndef SLUICE_STORM_FAULTS_H
#define SLUICE_STORM_FAULTS_H

#include <stdbool.h>
#include <stdint.h>

struct ctx;
struct sim_disk_op;

enum fault {
	CUT, /* the power goes, at any moment or disk operation */
	KILL, /* kill -9 of one or all */
	NETWORK, /* connections that break, hosts that are away */
	FULL, /* no room on the disk */
	DISK, /* an operation that fails */
	FLIP, /* of a stored bit */
	RELOAD,
	CLOCK,
	NAMES, /* look-ups that fail, are bogus, or come late or never */
	FAULTS
};

/* This seed has it. */
bool faults_has(enum fault f);
/* One of those that this seed has, which must have one. */
enum fault faults_one(void);
/* Lets it happen; a suspending one may take seconds. */
void faults_strike(struct ctx *ctx, enum fault f);
/* The disk holds so many bytes; 0: there is room again. */
void faults_room(uint64_t bytes);
/* kill -9 of one or all. */
void faults_kill(void);
/* New connections break, or no more; hosts are away, or there again. */
void faults_network(bool on);
void faults_outage(bool on);
/* Look-ups fail, or all are well. */
void faults_names(bool on);
/* For sim_disk_on_op: a cut that was planned for an operation happens behind this call. */
void faults_on_op(void *arg, const struct sim_disk_op *op);

#endif
