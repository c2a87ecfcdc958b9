/* Names and help come from the table; neither holds a character that the format would escape. */
#include "control/metrics.h"

#include <inttypes.h>

#include "base/buf.h"

void control_metrics_write(struct buf *b, uint64_t (*read)(void *arg, enum metric m), void *arg)
{
	for (unsigned i = 0; i < METRIC_COUNT; i++) {
		enum metric m = (enum metric)i;
		const struct metric_info *info = metric_info(m);

		buf_printf(b, "# HELP %s %s\n# TYPE %s %s\n%s %" PRIu64 "\n", info->name,
			info->help, info->name, info->kind == METRIC_COUNTER ? "counter" : "gauge",
			info->name, read(arg, m));
	}
}
