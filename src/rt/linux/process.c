/* Processes, signals, rights. The order in process_become matters: groups before the user, since a
 * plain user may not change them, and the parent's death signal last, since a change of user clears
 * it. */
#include "rt/process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "rt/file.h"
#include "rt/linux/dir.h"
#include "rt/linux/oserr.h"
#include "rt/loop.h"

#define NAMES_BYTES 16384 /* what one user's entry may need */
#define READ_BYTES  2048

/* ---- signals ---- */

static void stop_loop(int number)
{
	(void)number;
	loop_stop();
}

static void handle(int number, void (*handler)(int))
{
	const struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART };

	(void)sigaction(number, &action, NULL); /* fails for wrong numbers only */
}

void process_stop_by_signal(void)
{
	handle(SIGTERM, stop_loop);
	handle(SIGINT, stop_loop);
	handle(SIGPIPE, SIG_IGN);
}

static void held_signals(sigset_t *ret)
{
	sigemptyset(ret);
	sigaddset(ret, SIGCHLD);
	sigaddset(ret, SIGHUP);
	sigaddset(ret, SIGINT);
	sigaddset(ret, SIGTERM);
}

void process_hold_signals(void)
{
	sigset_t held;

	held_signals(&held);
	handle(SIGPIPE, SIG_IGN);
	handle(SIGCHLD,
		SIG_DFL); /* whoever started us may have ignored it: then nothing is reaped */
	(void)sigprocmask(SIG_BLOCK, &held, NULL);
}

enum process_news process_wait(usec_t duration)
{
	struct timespec limit = { duration / USEC_PER_SEC, duration % USEC_PER_SEC * 1000 };
	sigset_t held;
	int number;

	held_signals(&held);
	do
		number = duration == USEC_INFINITY ? sigwaitinfo(&held, NULL)
						   : sigtimedwait(&held, NULL, &limit);
	while (number < 0 && errno == EINTR);
	switch (number) {
	case SIGCHLD:
		return PROCESS_CHILD;
	case SIGHUP:
		return PROCESS_RELOAD;
	case SIGINT:
	case SIGTERM:
		return PROCESS_STOP;
	default:
		return PROCESS_NOTHING;
	}
}

/* ---- children ---- */

static int parent_of_child; /* in a child: who started it */

static void be_child(void)
{
	sigset_t held;

	handle(SIGTERM, stop_loop);
	handle(SIGHUP, SIG_IGN);
	handle(SIGINT, SIG_IGN);
	held_signals(&held);
	(void)sigprocmask(SIG_UNBLOCK, &held, NULL);
}

int process_fork(int *ret_pid)
{
	int parent = getpid(), pid;

	fflush(NULL); /* or the child would write it too */
	pid = fork();
	if (pid < 0)
		return ERR_FULL;
	if (pid == 0) {
		parent_of_child = parent;
		be_child();
	}
	*ret_pid = pid;
	return 0;
}

bool process_reap(struct process_end *ret)
{
	int status, pid = waitpid(-1, &status, WNOHANG);

	if (pid <= 0)
		return false;
	*ret = (struct process_end){ .pid = pid, .status = -1 };
	if (WIFEXITED(status))
		ret->status = WEXITSTATUS(status);
	else
		ret->signal = strsignal(WTERMSIG(status));
	return true;
}

void process_end(int pid, bool at_once)
{
	(void)kill(pid, at_once ? SIGKILL : SIGTERM); /* it may have ended already */
}

void process_set_name(const char *name)
{
	(void)prctl(PR_SET_NAME, name); /* it cuts long ones itself */
}

void process_exit(int status)
{
	exit(status);
}

/* ---- rights ---- */

bool process_is_root(void)
{
	return geteuid() == 0;
}

int process_find_user(const char *name, struct process_user *ret)
{
	static char room[NAMES_BYTES];
	struct passwd entry, *found = NULL;

	if (getpwnam_r(name, &entry, room, sizeof(room), &found) != 0 || found == NULL)
		return ERR_NOTFOUND;
	*ret = (struct process_user){ .uid = entry.pw_uid, .gid = entry.pw_gid };
	snprintf(ret->name, sizeof(ret->name), "%s", name);
	return 0;
}

/* The leak check of a build with sanitizers looks at its own process as a debugger does. */
static void close_to_others(void)
{
#ifdef __SANITIZE_ADDRESS__
	(void)prctl(PR_SET_DUMPABLE, 1);
#else
	(void)prctl(PR_SET_DUMPABLE, 0);
#endif
}

int process_become(const struct process_user *user)
{
	const struct rlimit none = { 0, 0 };

	if (user && (setgroups(0, NULL) != 0 || setgid(user->gid) != 0 || setuid(user->uid) != 0))
		return ERR_ACCESS;
	(void)umask(077);
	(void)setrlimit(RLIMIT_CORE, &none); /* lowering is always allowed */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return ERR_ACCESS;
	close_to_others();
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
		return ERR_ACCESS;
	if (getppid() != parent_of_child)
		_exit(0); /* the parent ended before the line above */
	return 0;
}

void process_raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit); /* up to the hard limit it is allowed */
}

unsigned process_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return 1024;
	return limit.rlim_cur < UINT_MAX ? (unsigned)limit.rlim_cur : UINT_MAX;
}

unsigned process_dir_owner(const struct dir *d)
{
	struct stat st;

	return fstat(dir_fd(d), &st) == 0 ? st.st_uid : 0;
}

int process_dir_give(const struct dir *d, const struct process_user *user)
{
	return fchmod(dir_fd(d), 0700) != 0 || fchown(dir_fd(d), user->uid, user->gid) != 0
		       ? ERR_ACCESS
		       : 0;
}

int process_dir_enter(const struct dir *d)
{
	return fchdir(dir_fd(d)) != 0 ? ERR_ACCESS : 0;
}

/* ---- memory ---- */

void *process_shared_memory(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED) {
		perror("sluice: shared memory");
		abort();
	}
	return p;
}

int process_memory_file(struct slice bytes, int *ret_fd)
{
	int fd = memfd_create("sluice", MFD_CLOEXEC);
	size_t done = 0;

	if (fd < 0)
		return ERR_FULL;
	while (done < bytes.n) {
		ssize_t n = write(fd, bytes.p + done, bytes.n - done);

		if (n <= 0 && errno != EINTR) {
			close(fd);
			return ERR_FULL;
		}
		done += n > 0 ? (size_t)n : 0;
	}
	*ret_fd = fd;
	return 0;
}

int process_memory_read(int fd, struct buf *ret)
{
	char piece[READ_BYTES];
	off_t at = 0;

	for (;;) {
		ssize_t n = pread(fd, piece, sizeof(piece), at);

		if (n < 0 && errno != EINTR)
			return ERR_IO;
		if (n == 0)
			break;
		if (n > 0) {
			buf_put(ret, slice_of(piece, (size_t)n));
			at += n;
		}
	}
	explicit_bzero(piece, sizeof(piece));
	return ret->failed ? ERR_LIMIT : 0;
}

void process_close(int fd)
{
	close(fd);
}

/* ---- the machine ---- */

void process_sleep(usec_t duration)
{
	const struct timespec t = { duration / USEC_PER_SEC, duration % USEC_PER_SEC * 1000 };

	(void)nanosleep(&t, NULL); /* a signal may shorten it */
}

unsigned process_processors(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) != 0)
		return 1;
	int n = CPU_COUNT(&set);

	return n > 0 ? (unsigned)n : 1;
}

void process_host_name(char *ret, size_t n)
{
	if (gethostname(ret, n) != 0 || ret[0] == '\0')
		snprintf(ret, n, "localhost");
	ret[n - 1] = '\0';
}
