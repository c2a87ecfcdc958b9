/* The worker's side of the database of messages in doubt: what the proxy puts into the table of all
 * workers is written by a thread, and read back at the next start. Without it everything goes on as
 * it is, and a restart forgets. */
#ifndef SLUICE_APP_DOUBT_STORE_H
#define SLUICE_APP_DOUBT_STORE_H

struct ctx;
struct doubt;
struct doubts;

struct doubt_store;

/* table outlives it. Nothing is opened yet. */
struct doubt_store *doubt_store_new(struct doubts *table);
/* The first worker after the program's start reads the file into the table; the others wait for it
 * shortly. Suspends. Troubles are logged. Fails only as ctx_check. */
int doubt_store_load(struct ctx *ctx, struct doubt_store *s);
/* For server.keep_doubt; arg is the store. Does not suspend. */
void doubt_store_keep(void *arg, const struct doubt *doubt);
/* Writes what is kept, until cancelled. A coroutine; arg is the store. */
int doubt_store_run(struct ctx *ctx, void *arg);
/* Writes the rest, frees. Nobody runs it any more. Suspends, shielded. NULL is fine. */
void doubt_store_free(struct ctx *ctx, struct doubt_store *s);

#endif
