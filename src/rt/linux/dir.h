/* Folders by descriptor. Private to the Linux world. */
#ifndef SLUICE_RT_LINUX_DIR_H
#define SLUICE_RT_LINUX_DIR_H

struct dir;

/* Still the folder's. */
int dir_fd(const struct dir *d);

#endif
