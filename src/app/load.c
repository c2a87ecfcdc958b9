/* Files become bytes here, and nowhere else outside the runtime: config, auth and tls are handed
 * their content. */
#include "app/load.h"

#include <stdlib.h>

#include "app/record.h"
#include "auth/users.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "config/config.h"
#include "config/report.h"
#include "rt/file.h"
#include "rt/job.h"
#include "rt/process.h"
#include "rt/tls.h"

#define HOST_NAME_BYTES 256

/* Opens the folder of the path; *ret_name is the file's name in it, a part of path. */
static int open_folder(const char *path, struct dir **ret, const char **ret_name)
{
	struct slice whole = slice_str(path);
	size_t slash = slice_rfind(whole, '/');
	char *folder = slash == whole.n ? mem_strdup(S("."))
					: mem_strdup(slice_take(whole, slash ? slash : 1));
	int r = dir_open(job_outside_loop(), folder, false, ret);

	free(folder);
	*ret_name = slash < whole.n ? path + slash + 1 : path;
	return r;
}

int load_file(const char *path, struct buf *ret)
{
	struct dir *dir;
	const char *name;
	int r = open_folder(path, &dir, &name);

	if (r < 0)
		return r;
	r = file_read_all(job_outside_loop(), dir, name, ret->max, ret);
	dir_close(dir);
	return r;
}

int load_replace(const char *path, struct slice text, unsigned mode)
{
	struct dir *dir;
	const char *name;
	int r = open_folder(path, &dir, &name);

	if (r < 0)
		return r;
	r = file_write_all(job_outside_loop(), dir, name, text, mode);
	dir_close(dir);
	return r;
}

/* What becomes of the files that are read, and of those that cannot be. */
struct reading {
	struct record *record; /* or NULL */
	struct buf *unread; /* NULL: each must be readable */
};

/* config_input.read_file. */
static int read_named(void *arg, const char *path, struct buf *ret)
{
	const struct reading *reading = arg;
	size_t before = ret->n;
	int r = load_file(path, ret);

	if (r == 0 && reading->record)
		record_add_file(reading->record, path, slice_skip(buf_slice(ret), before));
	if (r == ERR_ACCESS && reading->unread) {
		buf_printf(reading->unread, "%s\n", path);
		buf_puts(ret, "unreadable\n");
		return 0;
	}
	return r;
}

static int parse_config(const char *path, struct slice text, struct reading *reading,
	struct config_report *report, const struct config **ret)
{
	struct record *record = reading->record;
	char host[HOST_NAME_BYTES];

	process_host_name(host, sizeof(host));
	if (record)
		record_begin(record, path, slice_str(host), text);
	int r = config_load(
		&(struct config_input){
			.path = path,
			.text = text,
			.system_name = slice_str(host),
			.read_file = read_named,
			.arg = reading,
		},
		report, ret);

	if (r == 0 && record && record->bytes.failed) {
		config_report_error(report, NULL, "the files named here are too large together");
		config_unref(*ret);
		r = ERR_INVALID;
	}
	return r;
}

static int load_with(
	const char *path, struct reading *reading, struct buf *ret_text, const struct config **ret)
{
	struct config_report report;
	struct buf text;

	buf_init(&text, CONFIG_TEXT_MAX);
	int r = load_file(path, &text);

	if (r < 0) {
		buf_printf(
			ret_text, "%s: the configuration cannot be read: %s\n", path, err_name(r));
		buf_done(&text);
		return ERR_INVALID;
	}
	config_report_init(&report);
	r = parse_config(path, buf_slice(&text), reading, &report, ret);
	config_report_write(&report, path, ret_text);
	config_report_done(&report);
	buf_done_secret(&text);
	return r;
}

int load_config(const char *path, struct buf *ret_text, const struct config **ret)
{
	return load_with(path, &(struct reading){ 0 }, ret_text, ret);
}

int load_config_readable(
	const char *path, struct buf *ret_unread, struct buf *ret_text, const struct config **ret)
{
	return load_with(path, &(struct reading){ .unread = ret_unread }, ret_text, ret);
}

int load_config_recorded(
	const char *path, struct record *record, struct buf *ret_text, const struct config **ret)
{
	return load_with(path, &(struct reading){ .record = record }, ret_text, ret);
}

int load_users(const struct config *config, struct buf *why, struct auth_users **ret)
{
	*ret = NULL;
	if (config->users.n == 0)
		return 0;
	const struct config_file *file = &config->users.v[0].file;

	return auth_users_parse(file->content, file->path.p, why, ret);
}

int load_tls(const struct config *config, struct buf *why, struct tls_server **ret)
{
	size_t n = config->tls.n;

	*ret = NULL;
	if (n == 0)
		return 0;
	struct tls_keypair *pairs = mem_zalloc(n * sizeof(*pairs));

	for (size_t i = 0; i < n; i++)
		pairs[i] = (struct tls_keypair){ config->tls.v[i].certificate.content,
			config->tls.v[i].key_file.content };
	int r = tls_server_new(pairs, n, why, ret);

	free(pairs);
	return r;
}

static int check_authorities(const struct config *config, struct buf *why)
{
	int r = 0;

	for (size_t i = 0; i < config->hops.n && r == 0; i++) {
		const struct config_file *file = &config->hops.v[i].ca_file;
		struct tls_client *client = NULL;

		if (file->path.n == 0)
			continue;
		r = tls_client_new(file->content, why, &client);
		tls_client_unref(client);
	}
	return r;
}

int load_check(const struct config *config, struct buf *why)
{
	struct auth_users *users = NULL;
	struct tls_server *tls = NULL;
	int r = load_users(config, why, &users);

	if (r == 0)
		r = load_tls(config, why, &tls);
	if (r == 0)
		r = check_authorities(config, why);
	auth_users_unref(users);
	tls_server_unref(tls);
	return r;
}
