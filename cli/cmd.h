/* SPDX-License-Identifier: MIT */
/* The commands, one file each. */
#pragma once

#include "base/opt.h"
#include "cli/cli.h"

extern const struct opt_cmd cmd_attach;
extern const struct opt_cmd cmd_completion;
extern const struct opt_cmd cmd_create;
extern const struct opt_cmd cmd_exec;
extern const struct opt_cmd cmd_help;
extern const struct opt_cmd cmd_images;
extern const struct opt_cmd cmd_info;
extern const struct opt_cmd cmd_inspect;
extern const struct opt_cmd cmd_inspect_container;
extern const struct opt_cmd cmd_inspect_image;
extern const struct opt_cmd cmd_kill;
extern const struct opt_cmd cmd_load;
extern const struct opt_cmd cmd_logs;
extern const struct opt_cmd cmd_network_create;
extern const struct opt_cmd cmd_network_inspect;
extern const struct opt_cmd cmd_network_ls;
extern const struct opt_cmd cmd_network_rm;
extern const struct opt_cmd cmd_options;
extern const struct opt_cmd cmd_pause;
extern const struct opt_cmd cmd_ps;
extern const struct opt_cmd cmd_rm;
extern const struct opt_cmd cmd_rmi;
extern const struct opt_cmd cmd_run;
extern const struct opt_cmd cmd_start;
extern const struct opt_cmd cmd_stats;
extern const struct opt_cmd cmd_stop;
extern const struct opt_cmd cmd_tag;
extern const struct opt_cmd cmd_unpause;
extern const struct opt_cmd cmd_update;
extern const struct opt_cmd cmd_version;
extern const struct opt_cmd cmd_volume_create;
extern const struct opt_cmd cmd_volume_inspect;
extern const struct opt_cmd cmd_volume_ls;
extern const struct opt_cmd cmd_volume_rm;
extern const struct opt_cmd cmd_wait;

/* Exit codes of failures of run, create and exec, which tell more than 1 (exit_code.c). */
int exit_code_run(const struct err *e);
int exit_code_create(const struct err *e);
int exit_code_exec(const struct err *e);

/* All of them, by name (commands.c). */
extern const struct opt_program commands_program;

/* `hako __complete WORDS…`, which is no ordinary command: its words are not its own. */
int cmd_complete(struct cli *c, char **words);
