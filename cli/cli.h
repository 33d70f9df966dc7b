/* SPDX-License-Identifier: MIT */
/* What every command gets: the global options, and the trees that they name. */
#pragma once

#include "base/err.h"
#include "base/opt.h"
#include "engine/paths.h"
#include "image/store.h"
#include "net/network.h"

#include <stdbool.h>

/* The process's exit codes where docker's are not the command's own. */
enum cli_exit {
    CLI_FAILED = 1,
    CLI_ENGINE_FAILED = 125, /* run; a bad option anywhere */
    CLI_NOT_EXECUTABLE = 126,
    CLI_NOT_FOUND = 127,
};

struct cli {
    /* the global options */
    const char *root;
    const char *runroot;
    const char *cgroup_manager; /* of new containers; NULL: HAKO_CGROUP_MANAGER, or a default */
    int log_level;              /* an enum log_level */
    bool debug;
    bool version;
    /* opened by the first command that asks */
    struct paths paths;
    bool opened;
};

extern const struct opt cli_globals[];

/* The trees, opened (and made) on first use; they stay the cli's. */
int cli_paths(struct cli *c, const struct paths **ret, struct err *e);
/* The image store below --root, until cli_close(). */
int cli_store(struct cli *c, struct store *ret, struct err *e);
int cli_networks(struct cli *c, struct net_place *ret, struct err *e);
void cli_close(struct cli *c);
