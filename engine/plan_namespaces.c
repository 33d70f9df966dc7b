/* SPDX-License-Identifier: MIT */
/* Namespaces: all but user, less those that are shared with the host or another container. */
#include "engine/plan.h"

#include "base/str.h"
#include "engine/names.h"
#include "engine/parse_csv.h"
#include "net/network.h"
#include "runtime/defaults.h"

#include <sys/stat.h>

#define SHM "/dev/shm"

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

/* An option with docker's words. */
struct sharing {
    const char *option;
    const char *noun;
    enum config_ns type;
    const char *modes;
    bool joins; /* container:NAME too */
};

static int bad_mode(const struct sharing *s, const char *mode, struct err *e)
{
    err_set(e, ERR_INVALID, "--%s: invalid %s mode: %s", s->option, s->noun, mode);
    return err_hint(e, "modes: %s%s", s->modes, s->joins ? " container:NAME" : "");
}

/* "container:<id>" for the name. malloc'd. */
static int resolve(const struct paths *p, const struct sharing *s, const char *name, char **ret,
                   struct err *e)
{
    char id[ID_LEN + 1];
    int r = names_resolve(p, name, id, e);

    if (r < 0)
        return err_wrap(e, "--%s container:%s", s->option, name);
    *ret = str_fmt("container:%s", id);
    return *ret ? 0 : err_nomem(e);
}

/* What the option says goes to *field of the record; the host's namespace is no new one. */
static int share(const struct paths *p, struct config_linux *l, const struct sharing *s,
                 const char *mode, char **field, struct err *e)
{
    const char *name = s->joins && mode ? str_after(mode, "container:") : NULL;

    if (str_empty(mode))
        return 0;
    if (!str_empty(name))
        return resolve(p, s, name, field, e);
    if (!parse_csv_is(s->modes, mode, strlen(mode)))
        return bad_mode(s, mode, e);
    if (STREQ(mode, "host"))
        drop(l, s->type);
    return str_set(field, mode) < 0 ? err_nomem(e) : 0;
}

/* /dev/shm goes with the ipc namespace. Whose mode is shareable gets it at the start. */
static int share_memory(struct plan *plan, struct err *e)
{
    static const struct defaults_mount of_host = { SHM, "bind", SHM,
                                                   "bind,rprivate,nosuid,noexec,nodev" };
    const char *mode = plan->record.ipc_mode;
    struct stat st;

    if (!mode || STREQ(mode, "private") || STREQ(mode, "shareable"))
        return 0;
    bool host = STREQ(mode, "host");
    if (host && (stat(SHM, &st) < 0 || !S_ISDIR(st.st_mode)))
        return 0;
    plan_drop_mount(&plan->config, SHM);
    return host ? defaults_add_mount(&plan->config, &of_host, e) : 0;
}

/* The host keeps its name. */
static void unname(struct config *c)
{
    free(c->hostname);
    free(c->domainname);
    c->hostname = c->domainname = NULL;
}

int plan_namespaces(const struct paths *p, struct plan *plan, const struct run_args *args,
                    struct err *e)
{
    struct config_linux *l = &plan->config.lnx;
    struct record *rec = &plan->record;
    const struct {
        struct sharing how;
        const char *mode;
        char **field;
    } all[] = {
        { { "pid", "PID", CONFIG_NS_PID, "private host", true }, args->pid, &rec->pid_mode },
        { { "ipc", "IPC", CONFIG_NS_IPC, "private shareable none host", true },
          args->ipc,
          &rec->ipc_mode },
        { { "uts", "UTS", CONFIG_NS_UTS, "private host", false }, args->uts, &rec->uts_mode },
        { { "cgroupns", "CGROUP", CONFIG_NS_CGROUP, "private host", false },
          args->cgroupns,
          &rec->cgroupns_mode },
    };

    int r = defaults_add_namespace(&plan->config, CONFIG_NS_TIME, NULL, e);
    for (size_t i = 0; r >= 0 && i < ARRAY_LEN(all); i++)
        r = share(p, l, &all[i].how, all[i].mode, all[i].field, e);
    if (r >= 0)
        r = share_memory(plan, e);
    if (r >= 0 && STREQ(rec->network_mode, NETWORK_HOST))
        drop(l, CONFIG_NS_NETWORK);
    if (r >= 0 && !config_namespace(&plan->config, CONFIG_NS_UTS))
        unname(&plan->config);
    return r;
}
