/* A folder of one's own to work in, gone afterwards. */
#ifndef SLUICE_TESTS_APP_FOLDER_H
#define SLUICE_TESTS_APP_FOLDER_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[64];

static void enter_folder(void)
{
	snprintf(folder, sizeof(folder), "/tmp/sluice-app-XXXXXX");
	ck_assert(mkdtemp(folder) && chdir(folder) == 0);
}

static void leave_folder(void)
{
	char command[128];

	snprintf(command, sizeof(command), "chmod -R u+rwX '%s'; rm -rf '%s'", folder, folder);
	ck_assert(chdir("/") == 0 && system(command) == 0);
}

#endif
