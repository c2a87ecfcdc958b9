/* The manual page, one section of the table after the other, and the same text about one option for
 * `sluice config explain`. */
#include <stdio.h>

#include "base/buf.h"
#include "config/options.h"
#include "config/write.h"

/* Roff reads a backslash, a leading dot or quote, and a hyphen in its own way. `x` becomes bold. */
static void put_roff(struct buf *out, const char *text)
{
	bool bold = false;

	for (const char *p = text; *p; p++) {
		if (*p == '`') {
			bold = !bold;
			buf_puts(out, bold ? "\\fB" : "\\fR");
		} else if (*p == '\\') {
			buf_puts(out, "\\e");
		} else if (*p == '-') {
			buf_puts(out, "\\-");
		} else if (*p == '\'') {
			buf_puts(out, "\\(aq");
		} else if (p == text && *p == '.') {
			buf_puts(out, "\\&.");
		} else {
			buf_putc(out, *p);
		}
	}
}

static void put_capital(struct buf *out, const char *text)
{
	struct buf b;

	buf_init(&b, 4096);
	buf_puts(&b, text);
	if (b.n && b.p[0] >= 'a' && b.p[0] <= 'z')
		b.p[0] = (char)(b.p[0] - ('a' - 'A'));
	buf_putc(&b, '\0');
	if (b.p)
		put_roff(out, b.p);
	buf_done(&b);
}

static void put_expects(struct buf *out, const struct config_option *o)
{
	struct buf b;

	buf_init(&b, 4096);
	config_option_expects(o, &b);
	buf_putc(&b, '\0');
	put_roff(out, "Value: ");
	put_roff(out, b.p);
	buf_puts(out, ". ");
	buf_done(&b);
	if (o->def || o->implied) {
		put_roff(out, o->def ? "Default: " : "Unset: ");
		put_roff(out, o->def ? o->def : o->implied);
		buf_puts(out, ". ");
	}
	if (o->required)
		buf_puts(out, "Required. ");
	if (o->restart)
		buf_puts(out, "A change takes effect at the next start. ");
	buf_puts(out, "\n");
}

static void put_option(struct buf *out, const struct config_option *o)
{
	buf_puts(out, ".TP\n.B ");
	put_roff(out, o->key);
	buf_putc(out, '\n');
	put_capital(out, o->summary);
	buf_puts(out, ".\n");
	if (*o->text) {
		put_roff(out, o->text);
		buf_putc(out, '\n');
	}
	put_expects(out, o);
}

static void put_not_built(struct buf *out, const struct config_section *sec)
{
	const char *between = "Known, but not built yet, and refused: ";

	for (size_t i = 0; i < sec->n; i++)
		if (sec->options[i].type == CONFIG_TYPE_NOT_BUILT) {
			put_roff(out, between);
			buf_puts(out, "\\fB");
			put_roff(out, sec->options[i].key);
			buf_puts(out, "\\fR");
			between = ", ";
		}
	if (between[0] == ',')
		buf_puts(out, ".\n");
}

/* NOLINTBEGIN(misc-no-recursion): as deep as the table of options nests, whatever the input */
static void put_section(struct buf *out, const struct config_section *sec)
{
	buf_puts(out, ".SS ");
	put_roff(out, *sec->path ? sec->path : "Top level");
	buf_putc(out, '\n');
	for (size_t i = 0; i < sec->n; i++)
		if (sec->options[i].type != CONFIG_TYPE_NOT_BUILT)
			put_option(out, &sec->options[i]);
	buf_puts(out, ".PP\n");
	put_not_built(out, sec);
	for (size_t i = 0; i < sec->n; i++)
		if (sec->options[i].section)
			put_section(out, sec->options[i].section);
}
/* NOLINTEND(misc-no-recursion) */

void config_write_manual(struct buf *ret)
{
	buf_puts(ret,
		".\\\" Made from src/config/options.def by tools/generate; do not edit.\n.TH "
		"SLUICE.YAML 5 \"\" sluice \"File formats\"\n.SH NAME\nsluice.yaml \\- "
		"configuration of sluice, a smart host\n.SH DESCRIPTION\nThe file is YAML (by "
		"default \\fI/etc/sluice/sluice.yaml\\fR), of its plain part only:\nanchors, "
		"aliases, tags, duplicate keys, several documents, and nesting over 16 deep "
		"are\nrefused. What a value may be is said by its option, never guessed from its "
		"looks.\nRelative paths start at the folder of the configuration file.\nTimes "
		"are written as 250ms, 30s, 5m, 1h30m, 2d; plain digits are seconds.\nSizes are "
		"written as 512KiB, 50MiB, 2GiB; plain digits are bytes.\nWhere a list is "
		"expected, a single value is a list of one.\n.PP\nA section NAME.x stands in a "
		"map of names, a section x[] is an item of a list.\n.SH OPTIONS\n");
	put_section(ret, &config_section_root);
	buf_puts(ret,
		".SH SEE ALSO\nThe sample that \\fBsluice config sample\\fR prints; \\fBsluice "
		"config check\\fR and\n\\fBsluice config show\\fR; docs/sluice.schema.json for "
		"editors.\n");
}

/* ---- config explain ---- */

/* Cuts the first part of a dotted name, without "[]". */
static struct slice next_part(struct slice *name)
{
	struct slice part = slice_split(name, '.');

	if (slice_ends(part, S("[]")))
		part.n -= 2;
	return part;
}

static void explain_option(const struct config_option *o, struct buf *ret)
{
	buf_printf(ret, "%s: %s\n", o->key, o->summary);
	if (o->type == CONFIG_TYPE_NOT_BUILT) {
		buf_puts(ret, "  not built yet; the key is refused\n");
		return;
	}
	config_write_prose("  ", o->text, ret);
	buf_puts(ret, "  value: ");
	config_option_expects(o, ret);
	buf_putc(ret, '\n');
	if (o->def || o->implied)
		buf_printf(ret, "  %s: %s\n", o->def ? "default" : "unset",
			o->def ? o->def : o->implied);
	if (o->example)
		buf_printf(ret, "  example: %s\n", o->example);
	buf_printf(ret, "  %stakes effect at %s; since %s\n", o->required ? "required; " : "",
		o->restart ? "the next start" : "a reload", o->since);
	for (size_t i = 0; o->section && i < o->section->n; i++)
		buf_printf(ret, "  .%s: %s\n", o->section->options[i].key,
			o->section->options[i].summary);
}

bool config_write_explain(struct slice name, struct buf *ret)
{
	const struct config_section *sec = &config_section_root;
	const struct config_option *o = NULL;

	while (name.n) {
		struct slice part = next_part(&name);
		const struct config_option *found = sec ? config_option_find(sec, part) : NULL;

		/* The name of a section in a map says nothing here. */
		if (found == NULL && o && o->type == CONFIG_TYPE_SECTION_MAP && sec == o->section &&
			name.n) {
			part = next_part(&name);
			found = config_option_find(sec, part);
		}
		if (found == NULL)
			return false;
		o = found;
		sec = o->section;
	}
	if (o == NULL)
		return false;
	explain_option(o, ret);
	return true;
}
