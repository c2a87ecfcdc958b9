/* The commands of the program. Each gets its own name as argv[0] and returns an exit status
 * (sysexits). */
#ifndef SLUICE_APP_COMMANDS_H
#define SLUICE_APP_COMMANDS_H

/* Where the configuration is unless -c says otherwise. */
#define COMMANDS_CONFIG_FILE "/etc/sluice/sluice.yaml"

int command_config(int argc, char **argv);
int command_explain(int argc, char **argv);
int command_queue(int argc, char **argv);
int command_serve(int argc, char **argv);
int command_sink(int argc, char **argv);
int command_spool(int argc, char **argv);
int command_status(int argc, char **argv);
int command_user(int argc, char **argv);
int command_version(int argc, char **argv);

#endif
