/* The behaviours that a scenario must have shown. */
#include "coverage.h"

const struct coverage_row coverage_rows[] = {
	{ "relay", "a message is taken, delivered, and gone from the queue",
		{ "client * content 250 2.0.0*", "server * got from *", "log delivered *",
			"queue empty" } },
};
const size_t coverage_rows_n = sizeof(coverage_rows) / sizeof(coverage_rows[0]);
