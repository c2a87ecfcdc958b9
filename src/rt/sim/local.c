/* rt/local.h: sockets found by a path of the host's disk. The file itself is not on it. */
#include "rt/local.h"

#include <string.h>

#include "base/mem.h"
#include "rt/ctx.h"
#include "rt/sim/disk.h"
#include "rt/sim/net.h"

/* The folder of the path, or NULL; *ret_name is the rest. */
static const struct inode *folder_of(const char *path, const char **ret_name)
{
	const struct sim_proc *p = host_proc();
	struct inode *root = p->host->disk->root;
	const char *slash = strrchr(path, '/');
	struct inode *start = *path == '/' || p->cwd == NULL ? root : p->cwd;
	struct inode *in = slash ? disk_find(start, slice_of(path, (size_t)(slash - path))) : start;

	*ret_name = slash ? slash + 1 : path;
	return in && in->folder ? in : NULL;
}

int local_listen(const char *path, struct listen_sock **ret)
{
	static const struct ip_port nowhere;
	const char *name;
	const struct inode *in = folder_of(path, &name);

	if (host_proc()->dead)
		return ERR_CANCELLED;
	if (in == NULL)
		return ERR_NOTFOUND;
	if (listen_find_local(sim_here(), in->id, name))
		return ERR_BUSY;
	*ret = listen_new(&nowhere, 0);
	(*ret)->listener->path = mem_strdup(slice_str(name));
	(*ret)->listener->folder = in->id;
	return 0;
}

int local_connect(struct ctx *ctx, const char *path, struct sock **ret)
{
	static const struct ip_port home = { .ip = { IP_V4, { 127, 0, 0, 1 } } };
	struct sim_proc *p = host_proc();
	const char *name;
	const struct inode *in = folder_of(path, &name);
	int r = host_check(ctx);

	if (r < 0)
		return r;
	struct listener *l = in ? listen_find_local(p->host, in->id, name) : NULL;

	if (l == NULL)
		return ctx_fail(ctx, in ? ERR_REFUSED : ERR_NOTFOUND, "local",
			"%s: nobody listens there", path);
	if (l->queued >= l->backlog)
		return ctx_fail(ctx, ERR_BUSY, "local", "%s: too many wait there", path);
	struct conn *c = conn_new(p, &home, &home);

	c->end[0].connected = c->end[1].connected = c->end[1].open = true;
	c->end[1].boot = p->host->boot;
	listen_queue(l, &c->end[1]);
	*ret = &c->end[0];
	return 0;
}

bool local_peer_is_ours(const struct sock *s)
{
	(void)s;
	return true;
}
