/* Telling the service manager how we are (sd_notify(3)'s protocol: lines of NAME=VALUE to the
 * socket that it names in the environment). Linux world only. */
#ifndef SLUICE_RT_NOTIFY_H
#define SLUICE_RT_NOTIFY_H

#include "base/time.h"

/* Nothing happens when nobody wants to know. */
void notify_ready(void);
void notify_reloading(void);
void notify_stopping(void);
void notify_alive(void);
/* How often notify_alive shall be called; 0 when nobody watches. */
usec_t notify_interval(void);

#endif
