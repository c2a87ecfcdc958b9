/* What has ended workers, or kept them from writing: when, of what kind, and whom it struck. */
#ifndef SLUICE_STORM_CRASH_H
#define SLUICE_STORM_CRASH_H

#include <stdbool.h>

#include "base/time.h"

enum crash_kind {
	CRASH_KILL, /* kill -9 */
	CRASH_CUT, /* of the power */
	CRASH_END, /* it ended by itself */
	CRASH_DISK, /* an operation of the disk has failed */
};
#define CRASH_ANY (~0U)

#define EACH_WORKER (-1) /* all were struck */
#define ANY_WORKER  (-2) /* whoever was struck */

/* It happens now. */
void crash_note(enum crash_kind kind, int worker);
/* This worker was struck between these times; kinds: a set of bits. Nobody who has no
 * number (-1) is ever struck. */
bool crash_struck(int worker, unsigned kinds, usec_t from, usec_t to);
/* After the run. */
void crash_forget(void);

#endif
