/* Strikes at suspensions and allocations. Private to the simulated world. */
#ifndef SLUICE_RT_SIM_STRIKE_H
#define SLUICE_RT_SIM_STRIKE_H

/* From here to strike_stop allocations are counted, and may be made to fail. */
void strike_start(void);
void strike_stop(void);

#endif
