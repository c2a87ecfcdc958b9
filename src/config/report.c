/* A fixed number of problems, the rest only counted: a file that is wrong everywhere (the wrong
 * file) must not scroll away what is said first. */
#include "config/report.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/buf.h"
#include "config/yaml.h"

#define TEXT_MAX 400

void config_report_init(struct config_report *r)
{
	*r = (struct config_report){ 0 };
}

void config_report_done(struct config_report *r)
{
	arena_reset(&r->arena);
	config_report_init(r);
}

static void add(struct config_report *r, struct config_problem p, const char *fmt, va_list ap)
	__attribute__((format(printf, 3, 0)));

static void add(struct config_report *r, struct config_problem p, const char *fmt, va_list ap)
{
	char text[TEXT_MAX];

	if (!p.warning)
		r->errors++;
	if (r->n == CONFIG_PROBLEMS) {
		r->dropped++;
		return;
	}
	vsnprintf(text, sizeof(text), fmt, ap);
	p.text = arena_strdup(&r->arena, slice_str(text));
	r->v[r->n++] = p;
}

/* A problem with a member of a map is shown at its key when the value is a whole section. */
static struct config_problem place(const struct config_node *at)
{
	struct config_problem p = { 0 };

	if (at && at->kind != CONFIG_SCALAR && at->key_line) {
		p.line = at->key_line;
		p.column = at->key_column;
	} else if (at) {
		p.line = at->line;
		p.column = at->column;
	}
	return p;
}

void config_report_error(
	struct config_report *r, const struct config_node *at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(r, place(at), fmt, ap);
	va_end(ap);
}

void config_report_warning(
	struct config_report *r, const struct config_node *at, const char *fmt, ...)
{
	struct config_problem p = place(at);
	va_list ap;

	p.warning = 1;
	va_start(ap, fmt);
	add(r, p, fmt, ap);
	va_end(ap);
}

void config_report_error_at(
	struct config_report *r, unsigned line, unsigned column, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(r, (struct config_problem){ .line = line, .column = column }, fmt, ap);
	va_end(ap);
}

void config_report_write(const struct config_report *r, const char *file, struct buf *ret)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct config_problem *p = &r->v[i];

		buf_puts(ret, file);
		if (p->line)
			buf_printf(ret, ":%u:%u", p->line, p->column);
		buf_printf(ret, ": %s%s\n", p->warning ? "warning: " : "", p->text);
	}
	if (r->dropped)
		buf_printf(ret, "%s: and %zu more\n", file, r->dropped);
}
