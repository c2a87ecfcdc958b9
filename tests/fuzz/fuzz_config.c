/* Any text as a configuration: it loads or says what is wrong; what loads is shown, and what is
 * shown loads again. */
#include <stdint.h>
#include <stdlib.h>

#include "base/buf.h"
#include "config/config.h"
#include "config/report.h"
#include "config/write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int read_file(void *arg, const char *path, struct buf *ret)
{
	(void)arg;
	(void)path;
	buf_puts(ret, "one line\n");
	return 0;
}

static const struct config *load(struct slice text)
{
	const struct config_input in = {
		.path = "sluice.yaml",
		.text = text,
		.system_name = S("host.example"),
		.read_file = read_file,
	};
	const struct config *c = NULL;
	struct config_report report;
	struct buf said;

	config_report_init(&report);
	buf_init(&said, 1 << 20);
	int e = config_load(&in, &report, &c);

	config_report_write(&report, in.path, &said);
	if ((e == 0) != (c != NULL) || (e == 0) != (report.errors == 0) || said.failed)
		abort();
	buf_done(&said);
	config_report_done(&report);
	return c;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct config *c = load(slice_of(data, size));
	struct buf shown;

	if (c == NULL)
		return 0;
	buf_init(&shown, CONFIG_WRITE_MAX);
	config_write_show(c, &shown);
	if (shown.n < CONFIG_TEXT_MAX) {
		const struct config *again = load(buf_slice(&shown));

		if (again == NULL)
			abort();
		config_unref(again);
	}
	buf_done(&shown);
	config_unref(c);
	return 0;
}
