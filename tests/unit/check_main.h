/* Runs a Check suite as a program. Each test file defines `static Suite *suite(void)` and ends with
 * CHECK_MAIN(suite). */
#ifndef SLUICE_TESTS_CHECK_MAIN_H
#define SLUICE_TESTS_CHECK_MAIN_H

#include <check.h>
#include <stdlib.h>

#define CHECK_MAIN(suite_)                                                                         \
	int main(void)                                                                             \
	{                                                                                          \
		SRunner *runner = srunner_create(suite_());                                        \
                                                                                                   \
		srunner_run_all(runner, CK_NORMAL);                                                \
		int failed = srunner_ntests_failed(runner);                                        \
                                                                                                   \
		srunner_free(runner);                                                              \
		return failed ? EXIT_FAILURE : EXIT_SUCCESS;                                       \
	}

#endif
