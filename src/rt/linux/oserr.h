/* The kernel's error numbers as ours, in one place. Private to the Linux world. */
#ifndef SLUICE_RT_LINUX_OSERR_H
#define SLUICE_RT_LINUX_OSERR_H

/* The enum err_code for an errno value (positive). ETIMEDOUT is ERR_UNREACHABLE: ERR_TIMEOUT is
 * kept for deadlines of ours. What has no better name is ERR_IO. Pure. */
int oserr_code(int number);

#endif
