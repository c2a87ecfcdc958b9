/* Printing for people, to standard output: text that came from the network, times, sizes. */
#ifndef SLUICE_APP_TEXT_OUT_H
#define SLUICE_APP_TEXT_OUT_H

#include "base/slice.h"
#include "base/time.h"

/* Control characters, and what is no UTF-8, are escaped: they must not steer the terminal. */
void text_out(struct slice text);
/* "2026-11-25 02:28:05Z" behind some text. */
void text_out_time(const char *before, usec_t wall);
/* "1.5 MiB" */
void text_out_bytes(int64_t n);

#endif
