/* A JSON Schema for editors. It is looser than the loader: it knows the keys, the kinds and the
 * words; bounds of times and the rules between options are the loader's. */
#include "base/buf.h"
#include "config/options.h"
#include "config/write.h"

static void put_string(struct buf *out, const char *text)
{
	buf_putc(out, '"');
	for (const char *p = text; *p; p++) {
		if (*p == '"' || *p == '\\')
			buf_putc(out, '\\');
		buf_putc(out, *p);
	}
	buf_putc(out, '"');
}

static void put_indent(struct buf *out, unsigned depth)
{
	for (unsigned i = 0; i < depth; i++)
		buf_putc(out, '\t');
}

static void put_words(struct buf *out, const struct config_option *o)
{
	const char *between = "\"enum\": [";

	for (const char *const *w = o->words; *w; w++) {
		if (**w == '!')
			continue;
		buf_puts(out, between);
		put_string(out, *w);
		between = ", ";
	}
	buf_putc(out, ']');
}

static void put_integer(struct buf *out, const struct config_option *o)
{
	buf_puts(out, "\"type\": \"integer\"");
	if (o->max)
		buf_printf(out, ", \"minimum\": %llu, \"maximum\": %llu",
			(unsigned long long)o->min, (unsigned long long)o->max);
}

#define TIME_SCHEMA "\"type\": [\"string\", \"integer\"], \"pattern\": \"^([0-9]+(ms|s|m|h|d)?)+$\""
#define TEXT_SCHEMA "\"type\": \"string\", \"minLength\": 1"

/* One or a list of it. */
static void put_list(struct buf *out, const char *item)
{
	buf_printf(out,
		"\"anyOf\": [{ %s }, { \"type\": \"array\", \"minItems\": 1, \"items\": { %s } "
		"}]",
		item, item);
}

static void put_type(struct buf *out, const struct config_option *o)
{
	static const bool is_list[CONFIG_TYPE_NOT_BUILT + 1] = {
		[CONFIG_TYPE_ADDRESSES] = true,
		[CONFIG_TYPE_IPS] = true,
		[CONFIG_TYPE_SERVERS] = true,
		[CONFIG_TYPE_NAMES] = true,
		[CONFIG_TYPE_PATTERNS] = true,
		[CONFIG_TYPE_NETWORKS] = true,
	};

	if (o->type == CONFIG_TYPE_BOOL) {
		buf_puts(out, "\"type\": \"boolean\"");
	} else if (o->type == CONFIG_TYPE_COUNT) {
		put_integer(out, o);
	} else if (o->type == CONFIG_TYPE_WORKERS) {
		buf_puts(out, "\"anyOf\": [{ \"const\": \"auto\" }, { ");
		put_integer(out, o);
		buf_puts(out, " }]");
	} else if (o->type == CONFIG_TYPE_SIZE) {
		buf_puts(out, "\"type\": [\"string\", \"integer\"], \"pattern\": "
			      "\"^[0-9]+ *([KkMmGg][Ii][Bb])?$\"");
	} else if (o->type == CONFIG_TYPE_TIME) {
		buf_puts(out, TIME_SCHEMA);
	} else if (o->type == CONFIG_TYPE_TIMES) {
		put_list(out, TIME_SCHEMA);
	} else if (o->type == CONFIG_TYPE_ENUM) {
		put_words(out, o);
	} else {
		if (is_list[o->type])
			put_list(out, TEXT_SCHEMA);
		else
			buf_puts(out, TEXT_SCHEMA);
	}
}

static void put_object(struct buf *out, const struct config_section *sec, unsigned depth);

/* NOLINTBEGIN(misc-no-recursion): as deep as the table of options nests, whatever the input */
static void put_scalar_item(struct buf *out, const struct config_section *sec, unsigned depth)
{
	buf_puts(out, "\"anyOf\": [{ ");
	put_type(out, config_option_find(sec, slice_str(sec->scalar_key)));
	buf_puts(out, " }, { ");
	put_object(out, sec, depth);
	buf_puts(out, " }]");
}

static void put_sections(struct buf *out, const struct config_option *o, unsigned depth)
{
	const struct config_section *sec = o->section;

	if (o->type == CONFIG_TYPE_SECTION) {
		put_object(out, sec, depth);
	} else if (o->type == CONFIG_TYPE_SECTION_MAP) {
		buf_puts(out, "\"type\": \"object\", \"additionalProperties\": { ");
		put_object(out, sec, depth);
		buf_puts(out, " }");
	} else if (sec->scalar_key) {
		buf_puts(out, "\"anyOf\": [{ ");
		put_type(out, config_option_find(sec, slice_str(sec->scalar_key)));
		buf_puts(out, " }, { \"type\": \"array\", \"items\": { ");
		put_scalar_item(out, sec, depth);
		buf_puts(out, " } }]");
	} else {
		buf_puts(out, "\"type\": \"array\", \"items\": { ");
		put_object(out, sec, depth);
		buf_puts(out, " }");
	}
}

static void put_option(struct buf *out, const struct config_option *o, unsigned depth)
{
	put_indent(out, depth);
	put_string(out, o->key);
	buf_puts(out, ": { \"description\": ");
	put_string(out, o->summary);
	if (o->def) {
		buf_puts(out, ", \"$comment\": \"default: ");
		buf_printf(out, "%s\"", o->def);
	}
	buf_puts(out, ", ");
	if (o->section)
		put_sections(out, o, depth);
	else
		put_type(out, o);
	buf_puts(out, " }");
}

static void put_required(struct buf *out, const struct config_section *sec)
{
	const char *between = ", \"required\": [";

	for (size_t i = 0; i < sec->n; i++)
		if (sec->options[i].required) {
			buf_puts(out, between);
			put_string(out, sec->options[i].key);
			between = ", ";
		}
	if (between[2] == '\0')
		buf_putc(out, ']');
}

static void put_object(struct buf *out, const struct config_section *sec, unsigned depth)
{
	const char *between = "\n";

	buf_puts(out, "\"type\": \"object\", \"additionalProperties\": false");
	put_required(out, sec);
	buf_puts(out, ", \"properties\": {");
	for (size_t i = 0; i < sec->n; i++)
		if (sec->options[i].type != CONFIG_TYPE_NOT_BUILT) {
			buf_puts(out, between);
			put_option(out, &sec->options[i], depth + 1);
			between = ",\n";
		}
	buf_putc(out, '\n');
	put_indent(out, depth);
	buf_putc(out, '}');
}
/* NOLINTEND(misc-no-recursion) */

void config_write_schema(struct buf *ret)
{
	buf_puts(ret, "{ \"$schema\": \"https://json-schema.org/draft/2020-12/schema\", \"title\": "
		      "\"sluice.yaml\",\n");
	put_object(ret, &config_section_root, 0);
	buf_puts(ret, " }\n");
}
