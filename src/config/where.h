/* Where an option stands, in words for people: "line 12, domains.ours.example.recipients". Pure. */
#ifndef SLUICE_CONFIG_WHERE_H
#define SLUICE_CONFIG_WHERE_H

struct buf;
struct config;
struct config_node;

/* The line of the option in the section at `at` (of this configuration), or of the section where
 * the option is not said. 0 when the section is implied. key may be NULL: the section itself. */
unsigned config_where_line(const struct config_node *at, const char *key);
/* Appends the keys that lead there, parted by dots; items of lists are counted from 0, as
 * "routes[1].via". Of an implied section, the key alone. */
void config_where_path(
	const struct config *c, const struct config_node *at, const char *key, struct buf *ret);

#endif
