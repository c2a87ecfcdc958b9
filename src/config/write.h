/* What is derived from the table of options: sample file, manual page, JSON Schema, the effective
 * configuration, the explanation of one option. All append to ret, whose maximum should be
 * CONFIG_WRITE_MAX; pure. */
#ifndef SLUICE_CONFIG_WRITE_H
#define SLUICE_CONFIG_WRITE_H

#include <stdbool.h>

#include "base/slice.h"

struct buf;
struct config;
struct config_option;

#define CONFIG_WRITE_MAX ((size_t)64 << 20)

/* A configuration file with every option, its default and its meaning; nearly all of it in
 * comments. It loads as it is, and also with each leading "# " removed. */
void config_write_sample(struct buf *ret);
/* The manual page sluice.yaml(5) in roff's man macros. */
void config_write_manual(struct buf *ret);
/* A JSON Schema (draft 2020-12) for editors. */
void config_write_schema(struct buf *ret);
/* The effective configuration as YAML: every value, and in a comment where it comes from: "line N",
 * "default", "implied". Secrets are shown as the path of their file. */
void config_write_show(const struct config *c, struct buf *ret);
/* One option or section, named "limits.hops", "listeners.NAME.tls" or "listeners.tls". False when
 * there is none; nothing is written then. */
bool config_write_explain(struct slice name, struct buf *ret);
/* Names of options that cannot change at a reload and differ between two configurations, parted by
 * commas. */
void config_write_restarts(const struct config *from, const struct config *to, struct buf *ret);

/* One value in the file's own notation; member is the option's place in its section's struct. Not
 * for the SECTION types. */
void config_write_value(const struct config_option *o, const void *member, struct buf *ret);
/* Text as a YAML scalar: in quotes where it needs them. */
void config_write_text(struct slice text, struct buf *ret);
/* Text broken at spaces into lines of at most 100 columns, each beginning with the prefix. */
void config_write_prose(const char *prefix, const char *text, struct buf *ret);

#endif
