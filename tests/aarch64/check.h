/* The small part of Check that the core's tests use, for a processor for which there is no Check:
 * the cases run one after the other in this process, and the first failure ends it. */
#ifndef SLUICE_TESTS_AARCH64_CHECK_H
#define SLUICE_TESTS_AARCH64_CHECK_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CASES_MAX 64

typedef struct {
	void (*run)(void);
} Case;
typedef struct {
	Case cases[CASES_MAX];
	int n;
} TCase;
typedef struct {
	TCase *tcase;
} Suite;
typedef Suite SRunner;
enum { CK_NORMAL };

#define START_TEST(name_) static void name_(void)
#define END_TEST

#define ck_assert(what_)                                                                           \
	do {                                                                                       \
		if (!(what_)) {                                                                    \
			fprintf(stderr, "%s:%d:F: %s\n", __FILE__, __LINE__, #what_);              \
			exit(EXIT_FAILURE);                                                        \
		}                                                                                  \
	} while (0)
#define ck_assert_int_eq(a_, b_)  ck_assert((intmax_t)(a_) == (intmax_t)(b_))
#define ck_assert_uint_eq(a_, b_) ck_assert((uintmax_t)(a_) == (uintmax_t)(b_))
#define ck_assert_uint_le(a_, b_) ck_assert((uintmax_t)(a_) <= (uintmax_t)(b_))
#define ck_assert_str_eq(a_, b_)  ck_assert(strcmp((a_), (b_)) == 0)

static inline Suite *suite_create(const char *name)
{
	static Suite s;

	(void)name;
	return &s;
}

static inline TCase *tcase_create(const char *name)
{
	static TCase t;

	(void)name;
	return &t;
}

static inline void tcase_add_test(TCase *t, void (*run)(void))
{
	ck_assert(t->n < CASES_MAX);
	t->cases[t->n++].run = run;
}

static inline void suite_add_tcase(Suite *s, TCase *t)
{
	s->tcase = t;
}

static inline SRunner *srunner_create(Suite *s)
{
	return s;
}

static inline void srunner_run_all(SRunner *s, int mode)
{
	(void)mode;
	for (int i = 0; i < s->tcase->n; i++)
		s->tcase->cases[i].run();
	printf("100%%: Checks: %d, Failures: 0, Errors: 0\n", s->tcase->n);
}

static inline int srunner_ntests_failed(SRunner *s)
{
	(void)s;
	return 0;
}

static inline void srunner_free(SRunner *s)
{
	(void)s;
}

#endif
