/* Processes, signals, rights and shared memory: what a supervisor needs. Nothing here runs on a
 * loop (but process_memory_read and process_close, in a job), and nothing is called once threads
 * have started. The simulated world has no signals and no fork: its supervisor is a test's. */
#ifndef SLUICE_RT_PROCESS_H
#define SLUICE_RT_PROCESS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"
#include "base/time.h"

struct buf;
struct dir;

/* ---- signals ---- */

/* SIGTERM and SIGINT call loop_stop, a broken pipe is an error code: for a program of one
 * process. */
void process_stop_by_signal(void);

enum process_news {
	PROCESS_NOTHING, /* the time has passed */
	PROCESS_CHILD, /* a child ended: reap it */
	PROCESS_RELOAD, /* SIGHUP */
	PROCESS_STOP, /* SIGTERM or SIGINT */
};
/* From now on these signals wait until process_wait takes them. For the supervisor. */
void process_hold_signals(void);
/* Waits for one of them, at most that long (USEC_INFINITY: no limit). */
enum process_news process_wait(usec_t duration);

/* ---- children ---- */

/* Starts a child: *ret_pid is its number in the parent and 0 in the child. In the child SIGTERM
 * calls loop_stop, SIGHUP and SIGINT are left to the parent. ERR_FULL when there is no room for
 * it. */
int process_fork(int *ret_pid);

struct process_end {
	int pid;
	int status; /* of exit; -1 when a signal ended it */
	const char *signal; /* its name, or NULL */
};
/* One child that has ended. False when there is none. Does not wait. */
bool process_reap(struct process_end *ret);
/* Asks a child to end (SIGTERM), or ends it (SIGKILL). */
void process_end(int pid, bool at_once);
/* What the system's lists of processes call this one; cut at 15 bytes. */
void process_set_name(const char *name);
/* Ends this process with an exit status, cleanly. */
void process_exit(int status) __attribute__((noreturn));

/* ---- rights ---- */

struct process_user {
	unsigned uid, gid;
	char name[64];
};
bool process_is_root(void);
/* ERR_NOTFOUND when there is no such user. */
int process_find_user(const char *name, struct process_user *ret);
/* In a child, once: takes the user's rights for good (NULL: keeps its own), gains none by exec,
 * leaves no core file, cannot be read by others of the same user, makes files for itself alone, and
 * ends when its parent ends. ERR_ACCESS. */
int process_become(const struct process_user *user);
/* Allows as many descriptors as the system lets us. */
void process_raise_descriptors(void);
/* So many this process may have open at once. */
unsigned process_descriptors(void);

/* The user that a folder belongs to. */
unsigned process_dir_owner(const struct dir *d);
/* Gives it to the user, mode 0700. ERR_ACCESS. */
int process_dir_give(const struct dir *d, const struct process_user *user);
/* Makes it the working folder. ERR_ACCESS. */
int process_dir_enter(const struct dir *d);

/* ---- memory ---- */

/* Zeroed memory that this process and the children it starts from now on share, for good. Aborts
 * when there is none. */
void *process_shared_memory(size_t bytes);
/* The bytes in a file without a name, to be passed to another process. ERR_FULL. */
int process_memory_file(struct slice bytes, int *ret_fd);
/* All of such a file; ret has its maximum from the caller. ERR_LIMIT, ERR_IO. */
int process_memory_read(int fd, struct buf *ret);
/* Closes a descriptor that belongs to nothing else. */
void process_close(int fd);

/* ---- the machine ---- */

/* Where no loop runs. */
void process_sleep(usec_t duration);

/* Processors that we may use; at least 1. */
unsigned process_processors(void);
/* The host's name, terminated, "localhost" when it has none. */
void process_host_name(char *ret, size_t n);

#endif
