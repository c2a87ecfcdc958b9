/* Descriptors: numbers for what one process may hand to another. A number is nobody's until
 * something takes it over; an object lives as long as there is a number for it. Private to the
 * simulated world. */
#ifndef SLUICE_RT_SIM_FD_H
#define SLUICE_RT_SIM_FD_H

#include <stddef.h>

/* The beginning of each object; its kind is told by who frees it. */
struct fd_object {
	void (*free)(struct fd_object *o);
	unsigned refs; /* numbers */
};

/* The first number of a new object. */
int fd_new(struct fd_object *o);
/* Another number for the same. */
int fd_dup(int fd);
/* The object behind a number, or NULL when it is of another kind or closed. */
struct fd_object *fd_object(int fd, void (*kind)(struct fd_object *o));
void fd_close(int fd);

/* Numbers never closed. */
size_t fd_leaks(void);
/* Closes them, at the end of all. */
void fd_stop(void);

#endif
