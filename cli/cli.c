/* SPDX-License-Identifier: MIT */
/* The global options, and the trees that they name. */
#include "cli/cli.h"

#include "cli/words.h"

static const char *const levels[] = { "error", "warn", "info", "debug", NULL };

#define AT(field) OPT_AT(struct cli, field)
const struct opt cli_globals[] = {
    { 0, "cgroup-manager", OPT_STRING, AT(cgroup_manager), "NAME",
      "Who makes the cgroups of new containers: cgroupfs, systemd, disabled (HAKO_CGROUP_MANAGER)",
      .words = words_cgroup_managers },
    { 'D', "debug", OPT_FLAG, AT(debug), NULL, "Print debug messages" },
    { 0, "log-level", OPT_ENUM, AT(log_level), "LEVEL",
      "Print messages up to this level: error, warn, info, debug", .choices = levels },
    { 0, "root", OPT_STRING, AT(root), "DIR",
      "Keep images and containers here (/var/lib/hako, HAKO_ROOT)", .words = opt_words_dir },
    { 0, "runroot", OPT_STRING, AT(runroot), "DIR",
      "Keep the state of running containers here (/run/hako, HAKO_RUNROOT)",
      .words = opt_words_dir },
    { 'v', "version", OPT_FLAG, AT(version), NULL, "Print the version and quit" },
    { 0 },
};

int cli_paths(struct cli *c, const struct paths **ret, struct err *e)
{
    if (!c->opened) {
        int r = paths_open(c->root, c->runroot, &c->paths, e);
        if (r < 0)
            return r;
        c->opened = true;
    }
    *ret = &c->paths;
    return 0;
}

int cli_store(struct cli *c, struct store *ret, struct err *e)
{
    const struct paths *p;
    int r = cli_paths(c, &p, e);

    if (r < 0)
        return r;
    *ret = paths_store(p);
    return 0;
}

int cli_networks(struct cli *c, struct net_place *ret, struct err *e)
{
    const struct paths *p;
    int r = cli_paths(c, &p, e);

    if (r < 0)
        return r;
    *ret = (struct net_place){ .root_fd = p->root_fd, .run_fd = p->run_fd, .runroot = p->runroot };
    return 0;
}

void cli_close(struct cli *c)
{
    if (c->opened)
        paths_close(&c->paths);
    c->opened = false;
}
