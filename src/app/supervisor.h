/* The supervisor: opens everything with the rights that it was started with, starts the workers
 * without them, starts them again when they die, reloads, ends in order. */
#ifndef SLUICE_APP_SUPERVISOR_H
#define SLUICE_APP_SUPERVISOR_H

struct config;

/* Runs the program. path: of the configuration file, read again at SIGHUP. Returns an exit status
 * (sysexits) in the supervisor; the children exit by themselves. */
int supervisor_run(const char *path, const struct config *config);

#endif
