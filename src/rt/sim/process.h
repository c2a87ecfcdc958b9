/* Memory that processes share. Private to the simulated world. */
#ifndef SLUICE_RT_SIM_PROCESS_H
#define SLUICE_RT_SIM_PROCESS_H

/* Frees it, at the end of all. */
void process_memory_stop(void);

#endif
