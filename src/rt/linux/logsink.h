/* Where log lines go: standard error, never waiting for its reader. Private to the Linux world;
 * the loop's thread only. */
#ifndef SLUICE_RT_LINUX_LOGSINK_H
#define SLUICE_RT_LINUX_LOGSINK_H

#include <stdbool.h>

#include "base/slice.h"

void logsink_start(void);
/* Writes what the reader takes; lines that are left are counted as dropped. */
void logsink_stop(void);
/* Queues a line. Between start and stop it is written before the loop waits next (one write for all
 * lines of a turn), otherwise at once. False when there is no room: the reader does not keep up. */
bool logsink_put(struct slice line);
/* Writes what the reader takes. False when something is left. */
bool logsink_flush(void);

#endif
