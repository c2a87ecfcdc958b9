/* The children reach the spool as their working folder, so that the folders above it need not be
 * open to their user. */
#include "app/home.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/event.h"
#include "base/text.h"
#include "config/config.h"
#include "rt/file.h"
#include "rt/job.h"
#include "rt/log.h"

#define USER_DEFAULT  "sluice"
#define USER_FALLBACK "nobody"

static int find_user(struct home *h, const struct config *config, struct buf *why)
{
	const char *name = config->user.p;

	h->changes_user = process_is_root();
	if (!h->changes_user)
		return EX_OK;
	int r = process_find_user(name, &h->user);

	if (r < 0 && slice_eq(config->user, S(USER_DEFAULT))) {
		name = USER_FALLBACK;
		r = process_find_user(name, &h->user);
	}
	if (r < 0) {
		buf_printf(
			why, "the user '%s', as which the workers shall run, does not exist", name);
		return EX_NOUSER;
	}
	LOG(NULL, EV_NOTICE, FIELD_STR("what", "the workers run as another user"),
		FIELD_STR("user", h->user.name));
	return EX_OK;
}

static int stop_at_first(void *arg, const char *name)
{
	(void)arg;
	(void)name;
	return 1;
}

/* A folder that holds something keeps its owner: whose files they are is not ours to decide. */
static int own_spool(const struct home *h, const char *path, struct buf *why)
{
	if (!h->changes_user || process_dir_owner(h->spool) == h->user.uid)
		return EX_OK;
	bool empty = dir_list(job_outside_loop(), h->spool, stop_at_first, NULL) == 0;

	if (empty && process_dir_give(h->spool, &h->user) == 0)
		return EX_OK;
	buf_printf(why,
		"the spool folder '%s' does not belong to '%s', as which the workers run; "
		"`chown -R %s %s` hands it over",
		path, h->user.name, h->user.name, path);
	return EX_NOPERM;
}

static int note_partition(void *arg, const char *name)
{
	struct home *h = arg;
	char *end;
	unsigned long n = strtoul(name, &end, 10);

	if (*name >= '0' && *name <= '9' && *end == '\0' && n <= SPOOL_PARTITION_MAX)
		h->partition[n] = true;
	return 0;
}

int home_open(struct home *h, const struct config *config, struct buf *why)
{
	const char *path = config->spool.path.p;
	int status = find_user(h, config, why);

	if (status != EX_OK)
		return status;
	int r = dir_open(job_outside_loop(), path, true, &h->spool);

	if (r == 0) {
		status = own_spool(h, path, why);
		if (status != EX_OK)
			return status;
		r = dir_list(job_outside_loop(), h->spool, note_partition, h);
	}
	if (r == 0)
		return EX_OK;
	buf_printf(why, "the spool folder '%s' cannot be opened: %s", path,
		r == ERR_NOTFOUND ? "the folder above it does not exist" : err_name(r));
	return EX_CANTCREAT;
}

unsigned home_left_over(const struct home *h, unsigned workers, unsigned end)
{
	unsigned n = 0;

	for (unsigned i = workers; i < end; i++)
		n += h->partition[i];
	return n;
}

bool home_enter(const struct home *h)
{
	return process_dir_enter(h->spool) == 0 &&
	       process_become(h->changes_user ? &h->user : NULL) == 0;
}
