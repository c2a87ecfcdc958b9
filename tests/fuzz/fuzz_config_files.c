/* A configuration with the files that it names, and its way to the workers at a reload. The input is
 * cut at its NULs: the text, then the content of the files in the order in which they are asked for
 * (the last one again and again). It loads or says what is wrong; what loads is recorded, as the
 * supervisor does, and loads from the record as the same while the first one is in use. Files of
 * users and lists of recipients are looked up in. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "app/record.h"
#include "auth/users.h"
#include "base/buf.h"
#include "base/err.h"
#include "config/config.h"
#include "config/report.h"
#include "config/write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct files {
	struct slice rest; /* contents to come */
	struct record *record;
};

static int read_file(void *arg, const char *path, struct buf *ret)
{
	struct files *f = arg;
	struct slice content = slice_take(f->rest, slice_find(f->rest, '\0'));

	if (content.n < f->rest.n)
		f->rest = slice_skip(f->rest, content.n + 1);
	if (slice_starts(content, S("ERR")))
		return ERR_NOTFOUND;
	buf_put(ret, content);
	record_add_file(f->record, path, content);
	return ret->failed ? ERR_LIMIT : 0;
}

static void use(const struct config *c)
{
	for (size_t i = 0; i < c->domains.n; i++) {
		(void)config_domain_knows(c, &c->domains.v[i], S("anna"));
		assert(config_domain_find(c, c->domains.v[i].name));
	}
	for (size_t i = 0; i < c->users.n; i++) {
		struct auth_users *u = NULL;
		struct buf why;

		buf_init(&why, 1000);
		if (auth_users_parse(c->users.v[i].file.content, "users", &why, &u) == 0)
			auth_users_unref(u);
		else
			assert(why.n > 0);
		buf_done(&why);
	}
}

static void show(const struct config *c, struct buf *ret)
{
	buf_init(ret, CONFIG_WRITE_MAX);
	config_write_show(c, ret);
}

static void load_again(struct slice bytes, const struct config *first)
{
	const struct config *again = NULL;
	struct config_report report;
	struct buf was, is;

	config_report_init(&report);
	int r = record_load(bytes, &report, &again);

	assert(r == 0 && again);
	show(first, &was);
	show(again, &is);
	assert(slice_eq(buf_slice(&was), buf_slice(&is)));
	buf_done(&was);
	buf_done(&is);
	use(again);
	config_unref(again);
	config_report_done(&report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = slice_of(data, size), text = slice_split(&rest, '\0');
	struct record record;
	struct files files = { rest, &record };
	const struct config *c = NULL;
	struct config_report report;
	const struct config_input in = { .path = "/etc/sluice/sluice.yaml",
		.text = text,
		.system_name = S("host.example"),
		.read_file = read_file,
		.arg = &files };

	record_init(&record);
	record_begin(&record, in.path, in.system_name, text);
	config_report_init(&report);
	int r = config_load(&in, &report, &c);

	assert((r == 0) == (c != NULL) && (r == 0) == (report.errors == 0));
	if (c) {
		use(c);
		load_again(buf_slice(&record.bytes), c);
	}
	config_unref(c);
	config_report_done(&report);
	record_done(&record);
	return 0;
}
