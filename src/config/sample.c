/* The sample file: the table in the order in which a reader wants it. Prose stands behind "##",
 * options behind "# ", so that removing "# " turns on what one needs and keeps the prose a comment.
 * Routes stand there without a comment sign: the sample delivers mail of this machine as it is. */
#include <stdio.h>

#include "base/buf.h"
#include "config/options.h"
#include "config/write.h"

struct sample {
	struct buf *out;
	unsigned depth; /* of options, two spaces each */
	bool item; /* the next option begins an item of a list */
};

static void put_indent(struct sample *s, const char *sign)
{
	buf_puts(s->out, sign);
	for (unsigned i = 0; i < s->depth; i++)
		buf_puts(s->out, "  ");
}

static void put_prose(struct sample *s, const char *text)
{
	char prefix[64];

	if (*text == '\0')
		return;
	snprintf(prefix, sizeof(prefix), "## %*s", (int)s->depth * 2, "");
	config_write_prose(prefix, text, s->out);
}

static void put_key(struct sample *s, const struct config_option *o)
{
	put_indent(s, o->live ? "" : "# ");
	if (s->item) {
		s->out->n -= 2;
		buf_puts(s->out, "- ");
		s->item = false;
	}
	buf_printf(s->out, "%s:", o->key);
}

static void put_summary(struct sample *s, const struct config_option *o)
{
	char text[300];

	snprintf(text, sizeof(text), "%s%s%s%s", o->summary, o->implied ? " (unset: " : "",
		o->implied ? o->implied : "", o->implied ? ")" : "");
	put_prose(s, text);
}

static void put_section(struct sample *s, const struct config_section *sec);

/* NOLINTBEGIN(misc-no-recursion): as deep as the table of options nests, whatever the input */
static void put_sections(struct sample *s, const struct config_option *o)
{
	buf_putc(s->out, '\n');
	s->depth++;
	if (o->type == CONFIG_TYPE_SECTION_MAP) {
		put_indent(s, "# ");
		buf_printf(s->out, "%s:\n", o->section->example_name);
	}
	if (o->type != CONFIG_TYPE_SECTION)
		s->depth++;
	s->item = o->type == CONFIG_TYPE_SECTION_LIST;
	put_section(s, o->section);
	s->depth -= o->type == CONFIG_TYPE_SECTION ? 1 : 2;
}

static void put_option(struct sample *s, const struct config_option *o)
{
	if (s->depth == 0)
		buf_putc(s->out, '\n');
	put_summary(s, o);
	if (s->depth == 0)
		put_prose(s, o->text);
	if (!o->def && !o->example && !o->section) {
		put_prose(s, o->key); /* no value would do among all the others */
		return;
	}
	put_key(s, o);
	if (o->def || o->example)
		buf_printf(s->out, " %s\n", o->def ? o->def : o->example);
	else
		put_sections(s, o);
}

/* The first option of a list's item carries the dash, and it must be one that stands alone when the
 * others are comments. */
static void put_section(struct sample *s, const struct config_section *sec)
{
	for (int live = 1; live >= 0; live--)
		for (size_t i = 0; i < sec->n; i++) {
			const struct config_option *o = &sec->options[i];
			bool first = o->live && s->depth > 0;

			if (o->type != CONFIG_TYPE_NOT_BUILT && first == (live == 1))
				put_option(s, o);
		}
}
/* NOLINTEND(misc-no-recursion) */

void config_write_sample(struct buf *ret)
{
	struct sample s = { .out = ret };

	buf_puts(ret,
		"## Configuration of sluice, a smart host: every option, with its default or an "
		"example.\n## Lines with ## are prose. To set an option, remove \"# \" in front "
		"of it and of the\n## section that it stands in. sluice.yaml(5) says more; "
		"`sluice config check` checks.\n");
	put_section(&s, &config_section_root);
}
