/* For test programs that compare digests of other processes of themselves: started with
 * SIM_DIGEST=seed such a program prints the digest of that seed and nothing else. */
#ifndef SLUICE_TESTS_DIGEST_MAIN_H
#define SLUICE_TESTS_DIGEST_MAIN_H

#include <inttypes.h>
#include <stdio.h>

#include "randomised.h"
#include "sim_check.h"

/* What fresh memory holds, for the C library's allocator and the sanitizer's. */
#define FILL(byte)                                                                                 \
	"MALLOC_PERTURB_=" byte " ASAN_OPTIONS=max_malloc_fill_size=65536:malloc_fill_byte=" byte

static char digest_program[4096];

static inline bool digest_asked(const char *command, uint64_t *ret)
{
	FILE *f = popen(command, "r");

	ck_assert_ptr_nonnull(f);
	int n = fscanf(f, "%" SCNx64, ret);

	return pclose(f) == 0 && n == 1;
}

/* What another process of this program says for a seed; `environment` goes in front of the
 * command. */
static inline uint64_t digest_elsewhere(uint64_t seed, const char *environment)
{
	char command[5000];
	uint64_t digest = 0;
	bool said = false;

	snprintf(command, sizeof(command), "%s SIM_DIGEST=%" PRIu64 " CK_FORK=no " RANDOMISED " %s",
		environment, seed, digest_program);
	for (int i = 0; i < LAYOUTS && !said; i++)
		said = digest_asked(command, &digest);
	ck_assert_msg(said, "%s", command);
	return digest;
}

static inline int digest_run(Suite *suite, enum print_output mode)
{
	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, mode);
	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* suite_(): the tests; digest_of_(seed): a run, inside of Check like the tests. */
#define DIGEST_MAIN(suite_, digest_of_)                                                            \
	START_TEST(says_digest)                                                                    \
	{                                                                                          \
		uint64_t seed = strtoull(getenv("SIM_DIGEST"), NULL, 10);                          \
                                                                                                   \
		printf("%" PRIx64 "\n", digest_of_(seed));                                         \
	}                                                                                          \
	END_TEST                                                                                   \
                                                                                                   \
	int main(int argc, char **argv)                                                            \
	{                                                                                          \
		(void)argc;                                                                        \
		snprintf(digest_program, sizeof(digest_program), "%s", argv[0]);                   \
		if (getenv("SIM_DIGEST") == NULL)                                                  \
			return digest_run(suite_(), CK_NORMAL);                                    \
		Suite *one = suite_create("digest");                                               \
		TCase *t = tcase_create("digest");                                                 \
                                                                                                   \
		tcase_add_test(t, says_digest);                                                    \
		suite_add_tcase(one, t);                                                           \
		return digest_run(one, CK_SILENT);                                                 \
	}

#endif
