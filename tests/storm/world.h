/* The world of a run. */
#ifndef SLUICE_STORM_WORLD_H
#define SLUICE_STORM_WORLD_H

#include <stdbool.h>
#include <stddef.h>

/* Room for the configuration's text. */
#define WORLD_CONFIG_MAX 8192
/* The configuration's text; `more`: with one listener more, as after a reload. */
void world_config(char *text, size_t n, bool more);
/* Puts certificates on the program's disk, and the file of users; the authority's is the clients', and what next hops
 * show is with it. */
void world_certificates(void);
void world_users(void);
/* What DNS says. */
void world_names(void);
/* Makes the next hops' hosts and starts them. */
void world_hops(void);
/* Draws the fronts. */
void world_fronts(void);

/* What it holds, after the run. */
void world_forget(void);

#endif
