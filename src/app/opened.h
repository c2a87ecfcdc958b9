/* What was found when a partition of the spool was opened, for those who must know. */
#ifndef SLUICE_APP_OPENED_H
#define SLUICE_APP_OPENED_H

struct ctx;
struct postmaster;
struct spool_report;

/* A line about the whole, and one about each stretch that could not be read. Counts those that
 * were acknowledged once. */
void opened_log(struct ctx *ctx, unsigned partition, const struct spool_report *r);
/* What was acknowledged and cannot be read any more is told to a person: nobody else will miss it.
 * Does not suspend. */
void opened_tell(struct postmaster *postmaster, unsigned partition, const struct spool_report *r);

#endif
