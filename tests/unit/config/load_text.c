#include "config/load_text.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "config/report.h"

static char *said;

static int read_file(void *arg, const char *path, struct buf *ret)
{
	static const struct {
		const char *path, *content;
	} files[] = {
		{ "etc/tls.pem", "certificate" },
		{ "etc/tls.key", "key" },
		{ "etc/users", "me:{x}y\n" },
		{ "etc/provider.secret", "pass word\n" },
		{ "etc/empty.secret", "\n" },
		{ "etc/two.secret", "a\nb\n" },
		{ "etc/ca.pem", "authorities" },
		{ "etc/list",
			"# known\nAnna\n\n  bob@example.com \ncarl@example.net\n@example.com\n" },
		{ "etc/example.com.list", "anna\n" },
		{ "/abs/list", "dora\n" },
		{ "/abs/secret", "password\n" },
		{ "/abs/root.key", "anchor" },
		{ "/usr/share/dns/root.key", "anchor" },
	};

	(void)arg;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (strcmp(files[i].path, path) == 0) {
			buf_puts(ret, files[i].content);
			return 0;
		}
	return strstr(path, "locked") ? ERR_ACCESS : ERR_NOTFOUND;
}

const struct config *load_text(const char *text)
{
	const struct config_input in = {
		.path = "etc/t.yaml",
		.text = slice_str(text),
		.system_name = S("host.example.org"),
		.read_file = read_file,
	};
	const struct config *c = NULL;
	struct config_report report;
	struct buf b;

	config_report_init(&report);
	buf_init(&b, 1 << 16);
	if (config_load(&in, &report, &c) < 0)
		c = NULL;
	config_report_write(&report, "t.yaml", &b);
	buf_putc(&b, '\0');
	free(said);
	said = buf_take(&b);
	config_report_done(&report);
	return c;
}

const char *load_said(void)
{
	return said;
}
