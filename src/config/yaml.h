/* YAML text as a tree in which every key and value knows its place. Only the plain part of YAML is
 * taken: no anchors, aliases, tags or second documents, no duplicate keys, and a limited depth.
 * Values stay text; their type comes from the table of options, never from YAML's guesses. Pure. */
#ifndef SLUICE_CONFIG_YAML_H
#define SLUICE_CONFIG_YAML_H

#include <stddef.h>

#include "base/slice.h"

struct arena;
struct config_report;

#define CONFIG_DEPTH_MAX 16

enum config_node_kind { CONFIG_SCALAR, CONFIG_MAP, CONFIG_LIST };

/* Lives in the arena given to config_yaml_parse; texts are terminated. */
struct config_node {
	enum config_node_kind kind;
	unsigned line, column; /* of the value, from 1 */
	unsigned key_line, key_column; /* in a map: of the key */
	struct slice key; /* in a map */
	struct slice text; /* of a scalar: UTF-8 without control characters */
	struct config_node *first; /* members in file order */
	size_t count; /* of members */
	struct config_node *next; /* the next member of the same map or list */
};

/* The tree of one document; an empty document is an empty map. 0, or ERR_INVALID with at least one
 * error in the report. The text is at most CONFIG_TEXT_MAX bytes of UTF-8. */
int config_yaml_parse(struct slice text, struct arena *arena, struct config_report *report,
	struct config_node **ret_root);
/* The member of a map with that key, or NULL. */
const struct config_node *config_node_get(const struct config_node *map, const char *key);
/* "text", "a map", "a list". */
const char *config_node_kind_name(const struct config_node *n);

#endif
