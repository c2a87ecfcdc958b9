/* Flipped bits: what they hit, what the program said of them, and what that excuses. */
#ifndef SLUICE_STORM_ROT_H
#define SLUICE_STORM_ROT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "base/time.h"

struct message;

/* A bit of this byte of a segment, or of a message's own file, is about to be flipped; bytes: the
 * whole file. */
void rot_flipped(const char *path, struct slice bytes, uint64_t byte);
/* A line of the log. The run fails if it tells of rot where no bit was flipped. */
void rot_line(struct slice line);
/* A line has named this message as one that rot has harmed. */
bool rot_named(uint64_t id);

/* The postmaster got a message: it tells of those whose ids stand in it. */
void rot_told(struct slice text);
/* What he was to be told until now he may never hear: a process ended, and his mail is gathered in
 * its memory. */
void rot_waive(void);
/* The id of a message that was named, and he has not been told; or 0. */
uint64_t rot_owed(void);

/* A place was named that held a record of the message: it may be missing. */
bool rot_excuses_loss(const struct message *m);
/* The same of what was recorded then: it may be delivered again. */
bool rot_excuses_twice(const struct message *m, usec_t recorded);
/* A place was named: in a record of the program's own mail, perhaps. */
bool rot_was_named(void);
/* The same of a report to its sender: that may never come. */
bool rot_excuses_silence(const struct message *m);

void rot_forget(void);

#endif
