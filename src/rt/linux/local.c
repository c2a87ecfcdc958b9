/* AF_UNIX. A socket file outlives its process, so one that refuses connections is replaced; whoever
 * starts two programs on one path at the same instant is stopped by the spool's lock instead. */
#include "rt/local.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"
#include "rt/ctx.h"
#include "rt/linux/oserr.h"
#include "rt/net.h"

#define BACKLOG 128

/* An address, and the folder that it goes through while it is used (-1: none). */
struct place {
	struct sockaddr_un sa;
	int folder;
};

static void place_done(struct place *p)
{
	if (p->folder >= 0)
		close(p->folder);
}

/* 0 or a negative code. */
static int place_init(struct place *p, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder;

	*p = (struct place){ .sa.sun_family = AF_UNIX, .folder = -1 };
	if (strlen(path) < sizeof(p->sa.sun_path)) {
		memcpy(p->sa.sun_path, path, strlen(path) + 1);
		return 0;
	}
	if (slash == NULL || strlen(slash) > sizeof(p->sa.sun_path) / 2)
		return ERR_LIMIT;
	folder = mem_strdup(slice_of(path, (size_t)(slash - path)));
	p->folder = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	free(folder);
	if (p->folder < 0)
		return oserr_code(errno);
	snprintf(p->sa.sun_path, sizeof(p->sa.sun_path), "/proc/self/fd/%d%s", p->folder, slash);
	return 0;
}

static int new_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/* 0 once it is connected. */
static int try_connect(int fd, const struct place *p)
{
	if (connect(fd, (const struct sockaddr *)&p->sa, sizeof(p->sa)) == 0)
		return 0;
	return errno == EAGAIN ? ERR_BUSY : oserr_code(errno);
}

/* Takes away what an earlier process left. */
static int clear(const struct place *p)
{
	struct stat st;
	int fd, r;

	if (lstat(p->sa.sun_path, &st) != 0)
		return errno == ENOENT ? 0 : oserr_code(errno);
	if (!S_ISSOCK(st.st_mode))
		return ERR_EXISTS;
	fd = new_socket();
	if (fd < 0)
		return oserr_code(errno);
	r = try_connect(fd, p);
	close(fd);
	if (r == 0 || r == ERR_BUSY)
		return ERR_BUSY;
	return unlink(p->sa.sun_path) == 0 ? 0 : oserr_code(errno);
}

static int bind_here(int fd, const struct place *p)
{
	mode_t before = umask(0177); /* never open to others, not for an instant */
	int r = bind(fd, (const struct sockaddr *)&p->sa, sizeof(p->sa)) == 0 ? 0 : -errno;

	(void)umask(before);
	if (r < 0)
		return oserr_code(-r);
	return listen(fd, BACKLOG) == 0 ? 0 : oserr_code(errno);
}

int local_listen(const char *path, struct listen_sock **ret)
{
	struct place p;
	int fd = -1, r = place_init(&p, path);

	if (r < 0)
		return r;
	r = clear(&p);
	if (r == 0 && (fd = new_socket()) < 0)
		r = oserr_code(errno);
	if (r == 0)
		r = bind_here(fd, &p);
	if (r == 0)
		r = listen_sock_from_fd(fd, ret);
	if (r < 0 && fd >= 0)
		close(fd);
	place_done(&p);
	return r;
}

int local_connect(struct ctx *ctx, const char *path, struct sock **ret)
{
	struct place p;
	int fd = -1, r = place_init(&p, path);

	if (r == 0 && (fd = new_socket()) < 0)
		r = oserr_code(errno);
	if (r == 0)
		r = try_connect(fd, &p);
	if (r == 0)
		r = sock_from_fd(fd, ret);
	place_done(&p);
	if (r == 0)
		return 0;
	if (fd >= 0)
		close(fd);
	return ctx_fail(ctx, r, "local", "%s: %s", path, err_name(r));
}

bool local_peer_is_ours(const struct sock *s)
{
	struct ucred who;
	socklen_t n = sizeof(who);

	return getsockopt(sock_fd(s), SOL_SOCKET, SO_PEERCRED, &who, &n) == 0 &&
	       (who.uid == 0 || who.uid == geteuid());
}
