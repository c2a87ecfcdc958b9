/* When libFuzzer's alarm rings it asks the clock how long the input has taken. The simulated world,
 * which answers for the clock during a run, must not answer that. */
#ifndef SLUICE_TESTS_FUZZ_REAL_ALARM_H
#define SLUICE_TESTS_FUZZ_REAL_ALARM_H

#include <signal.h>

#include "rt/sim/shim.h"

static struct sigaction libfuzzer_alarm;

static void ring(int signal)
{
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
		(void)sigaction(SIGALRM, &ours, NULL);
	}
}

#endif
