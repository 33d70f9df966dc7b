/* SPDX-License-Identifier: MIT */
/* Namespaces: all but user, less those that are shared with the host or another container. */
#include "engine/plan.h"

#include "base/str.h"
#include "net/network.h"
#include "runtime/defaults.h"

static void drop(struct config_linux *l, enum config_ns type)
{
    size_t kept = 0;

    for (size_t i = 0; i < l->n_namespaces; i++) {
        if (l->namespaces[i].type != type) {
            l->namespaces[kept++] = l->namespaces[i];
            continue;
        }
        free(l->namespaces[i].path);
        json_map_free(&l->namespaces[i].extra);
    }
    l->n_namespaces = kept;
}

/* Options with docker's words; only "host" changes anything: "private" is the default. */
static int share(struct config_linux *l, const char *option, const char *mode, enum config_ns type,
                 struct err *e)
{
    if (str_empty(mode) || STREQ(mode, "private") || (type == CONFIG_NS_IPC && STREQ(mode, "none")))
        return 0;
    if (!STREQ(mode, "host"))
        return err_set(e, ERR_UNSUPPORTED, "%s: invalid mode \"%s\": private and host are known",
                       option, mode);
    drop(l, type);
    return 0;
}

/* The host keeps its name. */
static void unname(struct config *c)
{
    free(c->hostname);
    free(c->domainname);
    c->hostname = c->domainname = NULL;
}

int plan_namespaces(struct plan *plan, const struct run_args *args, struct err *e)
{
    struct config_linux *l = &plan->config.lnx;

    int r = defaults_add_namespace(&plan->config, CONFIG_NS_TIME, NULL, e);
    if (r >= 0)
        r = share(l, "--pid", args->pid, CONFIG_NS_PID, e);
    if (r >= 0)
        r = share(l, "--ipc", args->ipc, CONFIG_NS_IPC, e);
    if (r >= 0)
        r = share(l, "--uts", args->uts, CONFIG_NS_UTS, e);
    if (r >= 0)
        r = share(l, "--cgroupns", args->cgroupns, CONFIG_NS_CGROUP, e);
    if (r >= 0 && STREQ(plan->record.network_mode, NETWORK_HOST))
        drop(l, CONFIG_NS_NETWORK);
    if (r >= 0 && !config_namespace(&plan->config, CONFIG_NS_UTS))
        unname(&plan->config);
    return r;
}
