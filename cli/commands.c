/* SPDX-License-Identifier: MIT */
/* The command table: under which names each command is found. */
#include "cli/cmd.h"

static const struct opt_verb container_verbs[] = {
    { "attach", &cmd_attach },
    { "create", &cmd_create },
    { "exec", &cmd_exec },
    { "inspect", &cmd_inspect_container },
    { "kill", &cmd_kill },
    { "logs", &cmd_logs },
    { "ls list ps", &cmd_ps },
    { "pause", &cmd_pause },
    { "rm remove", &cmd_rm },
    { "run", &cmd_run },
    { "start", &cmd_start },
    { "stats", &cmd_stats },
    { "stop", &cmd_stop },
    { "unpause", &cmd_unpause },
    { "update", &cmd_update },
    { "wait", &cmd_wait },
    { 0 },
};
static const struct opt_cmd container_group = {
    .summary = "Manage containers",
    .verbs = container_verbs,
};

static const struct opt_verb image_verbs[] = {
    { "inspect", &cmd_inspect_image }, { "load", &cmd_load }, { "ls list", &cmd_images },
    { "rm remove", &cmd_rmi },         { "tag", &cmd_tag },   { 0 },
};
static const struct opt_cmd image_group = {
    .summary = "Manage images",
    .verbs = image_verbs,
};

static const struct opt_verb network_verbs[] = {
    { "create", &cmd_network_create },
    { "inspect", &cmd_network_inspect },
    { "ls list", &cmd_network_ls },
    { "rm remove", &cmd_network_rm },
    { 0 },
};
static const struct opt_cmd network_group = {
    .summary = "Manage networks",
    .verbs = network_verbs,
};

static const struct opt_verb volume_verbs[] = {
    { "create", &cmd_volume_create },
    { "inspect", &cmd_volume_inspect },
    { "ls list", &cmd_volume_ls },
    { "rm remove", &cmd_volume_rm },
    { 0 },
};
static const struct opt_cmd volume_group = {
    .summary = "Manage volumes",
    .verbs = volume_verbs,
};

static const struct opt_verb verbs[] = {
    { "run", &cmd_run, OPT_VERB_COMMON },
    { "exec", &cmd_exec, OPT_VERB_COMMON },
    { "ps", &cmd_ps, OPT_VERB_COMMON },
    { "load", &cmd_load, OPT_VERB_COMMON },
    { "images", &cmd_images, OPT_VERB_COMMON },
    { "logs", &cmd_logs, OPT_VERB_COMMON },
    { "container", &container_group },
    { "image", &image_group },
    { "network", &network_group },
    { "volume", &volume_group },
    { "attach", &cmd_attach },
    { "completion", &cmd_completion },
    { "create", &cmd_create },
    { "help", &cmd_help },
    { "info", &cmd_info },
    { "inspect", &cmd_inspect },
    { "kill", &cmd_kill },
    { "pause", &cmd_pause },
    { "rm", &cmd_rm },
    { "rmi", &cmd_rmi },
    { "start", &cmd_start },
    { "stats", &cmd_stats },
    { "stop", &cmd_stop },
    { "tag", &cmd_tag },
    { "unpause", &cmd_unpause },
    { "update", &cmd_update },
    { "version", &cmd_version },
    { "wait", &cmd_wait },
    { "__options", &cmd_options, OPT_VERB_HIDDEN },
    { 0 },
};

const struct opt_program commands_program = {
    .name = "hako",
    .summary = "Run containers on Linux without a daemon",
    .globals = cli_globals,
    .verbs = verbs,
};
