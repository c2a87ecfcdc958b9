/* When libFuzzer's alarm rings it asks the clock how long the input has taken. The simulated world,
 * which answers for the clock during a run, must not answer that. */
#ifndef SLUICE_TESTS_FUZZ_REAL_ALARM_H
#define SLUICE_TESTS_FUZZ_REAL_ALARM_H

#include <pthread.h>
#include <signal.h>

#include "rt/sim/shim.h"

static struct sigaction libfuzzer_alarm;
static pthread_t fuzzing;

/* On libFuzzer's other thread, which watches memory, nothing comes of the alarm, and the run goes on
 * beside it. */
static void ring(int signal)
{
	if (!pthread_equal(pthread_self(), fuzzing))
		return;
	bool before = shim_enable(false);

	if (libfuzzer_alarm.sa_handler != SIG_DFL && libfuzzer_alarm.sa_handler != SIG_IGN)
		libfuzzer_alarm.sa_handler(signal);
	(void)shim_enable(before);
}

/* At the beginning of each input: libFuzzer sets its alarm after the targets are initialised. */
static inline void real_alarm(void)
{
	struct sigaction now, ours = { .sa_handler = ring, .sa_flags = SA_RESTART };

	if (sigaction(SIGALRM, NULL, &now) == 0 && now.sa_handler != ring) {
		libfuzzer_alarm = now;
		fuzzing = pthread_self();
		(void)sigaction(SIGALRM, &ours, NULL);
	}
}

#endif
