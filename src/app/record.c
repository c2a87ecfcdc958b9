/* Pieces, each with its length in front; both processes are of one program on one machine. */
#include "app/record.h"

#include <stdint.h>
#include <string.h>

#include "base/err.h"
#include "config/config.h"

void record_init(struct record *r)
{
	buf_init(&r->bytes, RECORD_MAX);
}

void record_done(struct record *r)
{
	buf_done_secret(&r->bytes);
}

static void add(struct record *r, struct slice piece)
{
	uint64_t n = piece.n;

	buf_put(&r->bytes, slice_of((const char *)&n, sizeof(n)));
	buf_put(&r->bytes, piece);
	buf_putc(&r->bytes, '\0'); /* so that texts can be read in place */
}

void record_begin(struct record *r, const char *path, struct slice host, struct slice text)
{
	buf_clear(&r->bytes);
	add(r, slice_str(path));
	add(r, host);
	add(r, text);
}

void record_add_file(struct record *r, const char *path, struct slice content)
{
	add(r, slice_str(path));
	add(r, content);
}

/* Takes the next piece off. False at the end, or when it is cut short. */
static bool take(struct slice *rest, struct slice *ret)
{
	uint64_t n;

	if (rest->n < sizeof(n))
		return false;
	memcpy(&n, rest->p, sizeof(n));
	*rest = slice_skip(*rest, sizeof(n));
	if (n >= rest->n)
		return false;
	*ret = slice_take(*rest, n);
	*rest = slice_skip(*rest, n + 1);
	return true;
}

/* config_input.read_file: arg is the pieces of the files. */
static int read_recorded(void *arg, const char *path, struct buf *ret)
{
	struct slice rest = *(const struct slice *)arg, name, content;

	while (take(&rest, &name) && take(&rest, &content))
		if (slice_eq(name, slice_str(path))) {
			buf_put(ret, content);
			return ret->failed ? ERR_LIMIT : 0;
		}
	return ERR_NOTFOUND;
}

int record_load(struct slice bytes, struct config_report *report, const struct config **ret)
{
	struct slice path, host, text;

	if (!take(&bytes, &path) || !take(&bytes, &host) || !take(&bytes, &text))
		return ERR_INVALID;
	return config_load(
		&(struct config_input){
			.path = path.p,
			.text = text,
			.system_name = host,
			.read_file = read_recorded,
			.arg = &bytes,
		},
		report, ret);
}
