/* storm SEED [again]: one run. Prints a line, "SEED DIGEST VIRTUAL-SECONDS MESSAGES DELIVERIES
 * CRASHES KEPT" (KEPT: messages that a front stored), or what went wrong, with exit status 1. `again` does the run twice in the same process
 * and compares the bytes that are allocated: what the first one left is the libraries' and the free
 * lists'; the second one must leave nothing more. */
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/clock.h"
#include "rt/sim/sim.h"
#include "crash.h"
#include "own.h"
#include "refusal.h"
#include "rot.h"
#include "storm.h"

#if defined(__SANITIZE_ADDRESS__)
size_t __sanitizer_get_current_allocated_bytes(void);
#endif

static size_t allocated(void)
{
#if defined(__SANITIZE_ADDRESS__)
	return __sanitizer_get_current_allocated_bytes();
#else
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
#endif
}

static unsigned kept(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < storm.messages_n; i++)
		n += is_keeping(storm.messages[i]->sender) && storm.messages[i]->kept;
	return n;
}

struct outcome {
	uint64_t digest;
	usec_t length;
	unsigned messages, deliveries, crashes, kept;
	bool failed;
};

static void forget(void)
{
	for (unsigned i = 0; i < storm.messages_n; i++)
		message_free(storm.messages[i]);
	free(storm.messages);
	free(storm.deliveries);
	free(storm.failure);
	crash_forget();
	own_forget();
	refusal_forget();
	rot_forget();
}

/* Of clients' mail. */
static unsigned deliveries(void)
{
	unsigned n = 0;

	for (size_t i = 0; i < storm.deliveries_n; i++)
		n += storm.deliveries[i].message != OWN_MAIL;
	return n;
}

static struct outcome run(uint64_t seed)
{
	struct outcome o = { 0 };

	storm = (struct storm){ .seed = seed };
	sim_start(seed);
	usec_t began = clock_now();
	int r = sim_run("storm", storm_course, NULL);

	o.length = clock_now() - began;
	o.digest = sim_digest();
	size_t leaks = sim_stop();

	if (r < 0)
		storm_fail("the run failed");
	if (leaks)
		storm_fail("%zu sockets, files, descriptors or pools were never closed", leaks);
	if (storm.failure)
		fprintf(stderr, "storm %" PRIu64 ": %s\n", seed, storm.failure);
	o.failed = storm.failure != NULL;
	o.messages = storm.messages_n;
	o.deliveries = deliveries();
	o.crashes = storm.cuts + storm.kills;
	o.kept = kept();
	forget();
	return o;
}

int main(int argc, char **argv)
{
	bool twice = argc == 3 && strcmp(argv[2], "again") == 0;

	if (argc < 2 || (argc == 3 && !twice) || argc > 3) {
		fprintf(stderr, "usage: storm SEED [again]\n");
		return 2;
	}
	uint64_t seed = strtoull(argv[1], NULL, 10);
	struct outcome o = run(seed);
	size_t before = allocated();

	if (twice && !o.failed) {
		struct outcome second = run(seed);
		size_t after = allocated();

		if (after != before) {
			fprintf(stderr, "storm %" PRIu64 ": %zd bytes are never freed\n", seed,
				(ssize_t)(after - before));
			o.failed = true;
		}
		if (second.digest != o.digest) {
			fprintf(stderr,
				"storm %" PRIu64 ": a second run in the same process differs\n",
				seed);
			o.failed = true;
		}
	}
	printf("%" PRIu64 " %016" PRIx64 " %" PRId64 " %u %u %u %u\n", seed, o.digest,
		(int64_t)(o.length / USEC_PER_SEC), o.messages, o.deliveries, o.crashes, o.kept);
	return o.failed ? 1 : 0;
}
