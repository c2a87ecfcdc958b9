/* What must be true of the program at a moment of the run. */
#ifndef SLUICE_SCENARIOS_EXPECT_H
#define SLUICE_SCENARIOS_EXPECT_H

#include "play.h"

op_run expect_queue; /* expect queue empty | expect queue N | expect queue { rcpt ... } */
op_run expect_log; /* expect log EVENT [N] { FIELD = TEXT; FIELD ~ GLOB } */
op_run expect_no_log; /* expect no-log EVENT { ... } */
op_run expect_metric; /* expect metric NAME [= | <= | >=] N */
extern const struct op expect_queue_ops[], expect_field_ops[];

/* Observes what is in the queue, a line for each recipient. */
void expect_see_queue(struct ctx *ctx, struct play *p);

#endif
