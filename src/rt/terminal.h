/* The person in front of a command: is there one, secrets typed without an echo, progress of long
 * work. The Linux world only; blocks, so it is for programs without a loop. */
#ifndef SLUICE_RT_TERMINAL_H
#define SLUICE_RT_TERMINAL_H

#include <stdbool.h>

struct buf;
struct job;

/* Standard input, output, error (0, 1, 2) is a terminal. */
bool terminal_is(int fd);
/* Reads one line from standard input, without its line end, and appends it to ret. On a terminal
 * the prompt is shown on standard error and nothing is echoed. ERR_EOF when there is no line;
 * ERR_LIMIT when it does not fit; ERR_IO. The caller wipes ret (buf_done_secret). */
int terminal_read_secret(struct job *job, const char *prompt, struct buf *ret);

#endif
