/* What the steps of one load share. Internal to config/: config.c walks the tree with the table,
 * value.c turns scalars into values, imply.c fills in what is implied and resolves names, rules.c
 * and rules_hops.c check options against each other. */
#ifndef SLUICE_CONFIG_LOADING_H
#define SLUICE_CONFIG_LOADING_H

#include <stdatomic.h>

#include "base/arena.h"
#include "base/map.h"
#include "config/config.h"
#include "config/options.h"
#include "config/report.h"
#include "config/yaml.h"

/* Content of a secret file, to be wiped. */
struct config_secret {
	struct config_secret *next;
	struct slice content;
};

/* Everything a configuration owns. */
struct config_store {
	struct config config;
	struct arena arena;
	atomic_uint refs;
	struct config_secret *secrets;
	struct map domains; /* name -> struct config_domain */
	struct map hops; /* name -> struct config_hops */
	struct map *known; /* one a domain: local parts of its recipient files -> anything */
};

struct config_loading {
	const struct config_input *in;
	struct config_report *report;
	struct config_store *store;
};

/* Reads a node as the option's type into the member at ret (its C type stands in options.c). False,
 * with an error in the report and ret untouched, when it is not one. Not for the SECTION types. */
bool config_value_read(struct config_loading *l, const struct config_option *o,
	const struct config_node *n, void *ret);
/* A listener of which nothing is said: defaults only, and no place (`at`). */
void config_default_listener(struct config_loading *l, struct config_listener *ret);
/* ASCII letters, digits and hyphens in labels of 1 to 63, 253 in all, no final dot. */
bool config_is_dns_name(struct slice s);

/* Fills in implied values, resolves `via`, indexes names. Adds to the report. */
void config_imply(struct config_loading *l);
/* Checks what options mean together, implied values included. Adds to the report. */
void config_rules_check(struct config_loading *l);
/* A part of it: what options of the same hops mean together. */
void config_rules_hops(struct config_loading *l, const struct config_hops *h);

/* The node of an option, or of its section where the option is not said. */
const struct config_node *config_place(const struct config_node *section, const char *key);
/* All addresses of the listener are loopback. */
bool config_listens_on_loopback(const struct config_listener *it);
/* All hosts are this machine. */
bool config_hosts_are_loopback(const struct config_hops *h);

/* The tree of sections is const once loaded; while it is built its members are written. */
#define CONFIG_WRITABLE(type, p) ((type *)(uintptr_t)(p))

#define CONFIG_ERROR(l, at, ...)   config_report_error((l)->report, (at), __VA_ARGS__)
#define CONFIG_WARNING(l, at, ...) config_report_warning((l)->report, (at), __VA_ARGS__)
/* At the key rather than at the value, for names of maps. */
#define CONFIG_KEY_ERROR(l, at, ...)                                                               \
	config_report_error_at((l)->report, (at)->key_line, (at)->key_column, __VA_ARGS__)

#endif
