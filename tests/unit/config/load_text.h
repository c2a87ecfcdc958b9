/* Loads a configuration from text, with files out of a fixed table, and renders its problems. */
#ifndef SLUICE_TESTS_CONFIG_LOAD_TEXT_H
#define SLUICE_TESTS_CONFIG_LOAD_TEXT_H

#include "config/config.h"

/* NULL when it does not load. The caller gives the reference back. */
const struct config *load_text(const char *text);
/* What the last load_text had to say, "t.yaml:LINE:COLUMN: ..." a line; valid until the next. */
const char *load_said(void);

#endif
