/* The supervisor's side of a reload: reading, checking, and telling the workers. reload.c has what
 * is said. */
#ifndef SLUICE_APP_RELOAD_SEND_H
#define SLUICE_APP_RELOAD_SEND_H

struct buf;
struct config;
struct sockets;

/* Reads the file again and opens the sockets that are new. 0: *ret_config is checked, and
 * *ret_record is a descriptor (process_close) that holds it for the workers. Else why says what is
 * wrong, and all is as before. Blocks. */
int reload_read(const char *path, struct sockets *sockets, struct buf *why,
	const struct config **ret_config, int *ret_record);
/* Sends a worker what is new. Fails when it does not listen, which is logged: it has to be started
 * again. */
int reload_tell(const struct sockets *sockets, unsigned worker, int channel, int record);

#endif
