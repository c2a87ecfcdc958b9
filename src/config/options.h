/* The table of options: one row an option, one list of rows a section. Everything about the
 * configuration comes from it: loader, checks, `sluice config show`, sample, manual page and JSON
 * Schema. Pure data; the rows stand in options.def. */
#ifndef SLUICE_CONFIG_OPTIONS_H
#define SLUICE_CONFIG_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

/* What an option's value may be; the C type of the member that it fills stands in options.c. */
enum config_type {
	CONFIG_TYPE_TEXT, /* one line, not empty */
	CONFIG_TYPE_NAME, /* a DNS name in ASCII */
	CONFIG_TYPE_MAILBOX, /* local@domain */
	CONFIG_TYPE_BOOL,
	CONFIG_TYPE_COUNT,
	CONFIG_TYPE_WORKERS, /* a count, or auto (0) */
	CONFIG_TYPE_SIZE, /* bytes: 512KiB, 50MiB, 2GiB, plain digits */
	CONFIG_TYPE_TIME,
	CONFIG_TYPE_TIMES, /* a list of times */
	CONFIG_TYPE_ENUM, /* one of words */
	CONFIG_TYPE_PATH, /* made relative to the configuration file's folder */
	CONFIG_TYPE_FILE, /* a path, and the file is read at load */
	CONFIG_TYPE_SECRET, /* the same, and the content is wiped at the end */
	CONFIG_TYPE_ADDRESSES, /* ADDRESS:PORT, [V6]:PORT or :PORT, one or a list */
	CONFIG_TYPE_IPS,
	CONFIG_TYPE_SERVERS, /* `system`, or ADDRESS[@PORT], one or a list */
	CONFIG_TYPE_NAMES, /* DNS names */
	CONFIG_TYPE_PATTERNS, /* texts with * and ? */
	CONFIG_TYPE_NETWORK, /* ADDRESS/BITS */
	CONFIG_TYPE_NETWORKS, /* one or a list of them */
	CONFIG_TYPE_HOST, /* HOST, HOST:PORT or a URL */
	CONFIG_TYPE_VIA, /* a name in `hops`, or a word of words */
	CONFIG_TYPE_SECTION, /* one section */
	CONFIG_TYPE_SECTION_LIST, /* sections without names */
	CONFIG_TYPE_SECTION_MAP, /* sections with names */
	CONFIG_TYPE_NOT_BUILT, /* known, and refused */
};

struct config_section;

struct config_option {
	const char *key;
	enum config_type type;
	size_t offset; /* of the member in the section's struct */
	const char *def; /* the default as one would write it; NULL: unset, or see implied */
	const char *implied; /* says in words what an unset value means */
	const char *example; /* for sample and manual where the default shows nothing */
	uint64_t min, max; /* inclusive; SIZE bytes, TIME microseconds; max 0: no bounds */
	/* Ends with NULL. A word that begins with '!' is known but not built, others are the enum's
	 * values from 0. */
	const char *const *words;
	const struct config_section *section; /* of the SECTION types */
	bool required;
	bool live; /* stands in the sample without a comment sign */
	bool restart; /* a change takes effect at the next start, not at a reload */
	const char *since; /* the version that had it first */
	const char *summary; /* one sentence, no full stop */
	const char *text; /* one paragraph */
};

struct config_section {
	const char *path; /* "", "limits", "listeners.NAME", "listeners.NAME.networks[]" */
	const struct config_option *options;
	size_t n;
	size_t size; /* of the struct */
	size_t name_offset; /* of the name in sections of a map */
	const char *example_name; /* of a section in a map, for sample and manual */
	const char *scalar_key; /* an item may be this option's value alone; NULL: it may not */
};

extern const struct config_section config_section_root;

const struct config_option *config_option_find(const struct config_section *s, struct slice key);
/* The known key nearest to what was written, or NULL when none is near. */
const char *config_option_nearest(const struct config_section *s, struct slice key);
/* True when the word is near enough to be a slip of the keyboard; best is the smallest distance so
 * far and is updated. Start with CONFIG_FAR. */
#define CONFIG_FAR 3
bool config_is_nearer(struct slice written, struct slice known, unsigned *best);
/* "a time such as 30s, 5m or 2d": what the option expects, in words. Appends. */
struct buf;
void config_option_expects(const struct config_option *o, struct buf *ret);

#endif
