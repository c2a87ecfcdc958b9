/* Starting another process of a test program elsewhere in memory. */
#ifndef SLUICE_TESTS_RANDOMISED_H
#define SLUICE_TESTS_RANDOMISED_H

/* For a shell, in front of the program's name. Address randomisation is on in the other process,
 * whatever this one was started with: setarch without options says so. */
#define RANDOMISED "$(command -v setarch >/dev/null && echo setarch \"$(uname -m)\")"
/* Some layouts leave no room for the sanitizers' shadow: then another is tried. */
#define LAYOUTS 10

#endif
