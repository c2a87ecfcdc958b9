/* A partition is told by a segment in it, the spool by folders whose names are numbers. */
#include "app/partitions.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/mem.h"
#include "rt/file.h"
#include "rt/job.h"
#include "rt/terminal.h"
#include "spool/spool.h"

struct look {
	bool segment;
	bool partition[SPOOL_PARTITION_MAX + 1];
};

static int see_name(void *arg, const char *name)
{
	struct look *look = arg;
	uint64_t n;

	if (slice_starts(slice_str(name), S("seg-")))
		look->segment = true;
	else if (slice_to_u64(slice_str(name), SPOOL_PARTITION_MAX, &n))
		look->partition[n] = true;
	return 0;
}

static void add(struct partitions *p, struct slice path)
{
	p->paths = mem_resize(p->paths, (p->n + 1) * sizeof(*p->paths));
	p->paths[p->n++] = mem_strdup(path);
}

int partitions_find(const char *path, struct partitions *ret)
{
	struct job *job = job_outside_loop();
	struct partitions found = { 0 };
	struct arena arena = ARENA_INIT;
	struct look look = { 0 };
	struct dir *dir;
	int r = dir_open(job, path, false, &dir);

	if (r < 0)
		return r;
	r = dir_list(job, dir, see_name, &look);
	dir_close(dir);
	if (r < 0)
		return r;
	if (look.segment)
		add(&found, slice_str(path));
	for (unsigned i = 0; i <= SPOOL_PARTITION_MAX && !look.segment; i++)
		if (look.partition[i])
			add(&found, slice_str(arena_printf(&arena, "%s/%u", path, i)));
	arena_reset(&arena);
	if (found.n == 0)
		return ERR_NOTFOUND;
	*ret = found;
	return 0;
}

void partitions_done(struct partitions *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->paths[i]);
	free(p->paths);
	*p = (struct partitions){ 0 };
}

void partitions_progress(const char *what, unsigned done, unsigned total)
{
	static unsigned shown;
	unsigned now = total ? done * 100 / total : 100;

	if (!terminal_is(2) || (now == shown && now != 100))
		return;
	shown = now;
	if (now < 100)
		fprintf(stderr, "\r%s: %u %%", what, now);
	else
		fprintf(stderr, "\r\033[K");
}
