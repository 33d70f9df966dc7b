/* SPDX-License-Identifier: MIT */
/* Confinement: capabilities, seccomp, masked paths, devices, sysctls. */
#include "engine/plan.h"

#include "base/fs.h"
#include "base/str.h"
#include "base/vec.h"
#include "engine/parse_mount.h"
#include "engine/parse_security.h"
#include "net/network.h"
#include "runtime/caps.h"
#include "runtime/seccomp.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define PROFILE_MAX (4u << 20) /* bytes of a seccomp profile */

static int fill_caps(struct plan *plan, const struct run_args *args, uint64_t *ret_caps,
                     struct err *e)
{
    struct config_process *proc = plan->config.process;

    int r = caps_resolve(args->cap_add, args->cap_drop, args->privileged, ret_caps, e);
    if (r < 0)
        return r;
    if (!proc->capabilities)
        proc->capabilities = calloc(1, sizeof(*proc->capabilities));
    if (!proc->capabilities)
        return err_nomem(e);
    caps_to_config(*ret_caps, proc->capabilities);
    if (strv_extend(&plan->record.cap_add, args->cap_add) < 0 ||
        strv_extend(&plan->record.cap_drop, args->cap_drop) < 0 ||
        strv_extend(&plan->record.security_opt, args->security_opts) < 0 ||
        strv_extend(&plan->record.devices, args->devices) < 0)
        return err_nomem(e);
    return 0;
}

/* A profile of the user's goes into the config. The default one is not written out: it is chosen
 * by the plan's capabilities at each start (plan_wants_default_seccomp). */
static int fill_seccomp(struct plan *plan, const struct security_spec *sec, uint64_t caps,
                        struct err *e)
{
    AUTO_FREE char *text = NULL;
    size_t len;

    if (!sec->seccomp_file)
        return 0;
    int r = fs_read(AT_FDCWD, sec->seccomp_file, PROFILE_MAX, &text, &len, e);
    if (r < 0)
        return err_wrap(e, "seccomp profile");
    plan->config.lnx.seccomp = calloc(1, sizeof(*plan->config.lnx.seccomp));
    if (!plan->config.lnx.seccomp)
        return err_nomem(e);
    r = seccomp_profile_read(text, len, caps, plan->config.lnx.seccomp, e);
    return r < 0 ? err_wrap(e, "seccomp profile %s", sec->seccomp_file) : 0;
}

static void unmask(struct config_linux *l)
{
    strv_free(l->masked_paths);
    strv_free(l->readonly_paths);
    l->masked_paths = NULL;
    l->readonly_paths = NULL;
}

/* ---- devices ---- */

static int add_rule(struct config *c, const struct device_rule *rule, struct err *e)
{
    struct config_resources *res = c->lnx.resources;

    if (!res)
        res = c->lnx.resources = calloc(1, sizeof(*res));
    if (!res)
        return err_nomem(e);
    struct config_device_rule *v = VEC_ADD(res->devices, res->n_devices);
    if (!v)
        return err_nomem(e);
    v->allow = true;
    v->type = str_dup((const char[]){ rule->type, '\0' });
    v->access = str_dup(rule->access);
    v->major = (struct opt_i64){ true, rule->major };
    v->minor = (struct opt_i64){ true, rule->minor };
    return v->type && v->access ? 0 : err_nomem(e);
}

static int add_node_rule(struct config *c, const struct stat *st, const char *access, struct err *e)
{
    struct device_rule rule = { .type = S_ISBLK(st->st_mode) ? 'b' : 'c',
                                .major = major(st->st_rdev),
                                .minor = minor(st->st_rdev) };

    snprintf(rule.access, sizeof(rule.access), "%s", access);
    return add_rule(c, &rule, e);
}

static int add_rules(struct plan *plan, char *const *texts, struct err *e)
{
    struct device_rule rule;
    int r = 0;

    strv_foreach (it, texts) {
        r = r < 0 ? r : parse_security_rule(*it, &rule, e);
        r = r < 0 ? r : add_rule(&plan->config, &rule, e);
    }
    if (r >= 0 && strv_extend(&plan->record.device_cgroup_rules, texts) < 0)
        return err_nomem(e);
    return r;
}

static int add_node(struct config *c, const struct stat *st, const char *target, struct err *e)
{
    struct config_device *v = VEC_ADD(c->lnx.devices, c->lnx.n_devices);

    if (!v)
        return err_nomem(e);
    v->type = str_dup(S_ISBLK(st->st_mode) ? "b" : "c");
    v->path = str_dup(target);
    v->major = major(st->st_rdev);
    v->minor = minor(st->st_rdev);
    v->file_mode = (struct opt_u32){ true, st->st_mode & 0777 };
    v->uid = (struct opt_u32){ true, st->st_uid };
    v->gid = (struct opt_u32){ true, st->st_gid };
    return v->type && v->path ? 0 : err_nomem(e);
}

static int add_device(struct config *c, const char *text, struct err *e)
{
    CLEANUP(device_spec) struct device_spec d = { 0 };
    struct stat st;

    int r = parse_mount_device(text, &d, e);
    if (r < 0)
        return r;
    if (stat(d.source, &st) < 0)
        return err_sysf(e, "device", "%s", d.source);
    if (!S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode))
        return err_set(e, ERR_INVALID, "device %s: not a device node", d.source);
    r = add_node(c, &st, d.target, e);
    return r < 0 ? r : add_node_rule(c, &st, d.access, e);
}

/* What the runtime makes by itself, and terminals, which belong to the host. */
static bool is_host_only(const char *name)
{
    static const char *const own[] = { "null", "zero", "full",    "random", "urandom",
                                       "tty",  "ptmx", "console", "pts",    "shm" };

    for (size_t i = 0; i < ARRAY_LEN(own); i++)
        if (STREQ(name, own[i]))
            return true;
    return str_starts(name, "tty") || str_starts(name, "vcs");
}

/* --privileged: every device node of the host's /dev itself, with every access. */
static int add_host_devices(struct config *c, struct err *e)
{
    AUTO_STRV char **names = NULL;
    struct stat st;
    char path[512];

    int r = fs_list(AT_FDCWD, "/dev", &names, e);
    strv_foreach (it, names) {
        snprintf(path, sizeof(path), "/dev/%s", *it);
        if (r < 0 || is_host_only(*it) || lstat(path, &st) < 0 ||
            (!S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode)))
            continue;
        r = add_node(c, &st, path, e);
    }
    return r;
}

/* One rule that allows everything in place of docker's list. */
static int allow_all_devices(struct config *c, struct err *e)
{
    struct config_resources *res = c->lnx.resources;

    if (!res)
        return 0;
    for (size_t i = 0; i < res->n_devices; i++) {
        free(res->devices[i].type);
        free(res->devices[i].access);
        json_map_free(&res->devices[i].extra);
    }
    res->n_devices = 0;
    struct config_device_rule *v = VEC_ADD(res->devices, res->n_devices);
    if (!v)
        return err_nomem(e);
    v->allow = true;
    v->type = str_dup("a");
    v->access = str_dup("rwm");
    return v->type && v->access ? 0 : err_nomem(e);
}

/* ---- sysctls ---- */

/* docker's: any user may bind port 80 and send pings, unless the host's own stack is used. */
static int fill_sysctls(struct plan *plan, const struct run_args *args, struct err *e)
{
    struct json_map *map = &plan->config.lnx.sysctl;
    int r = 0;

    if (config_namespace(&plan->config, CONFIG_NS_NETWORK) &&
        !str_starts(plan->record.network_mode, "container:")) {
        r = json_map_set(map, "net.ipv4.ip_unprivileged_port_start", "0");
        r = r < 0 ? r : json_map_set(map, "net.ipv4.ping_group_range", "0 2147483647");
    }
    strv_foreach (it, args->sysctls) {
        if (!strchr(*it, '='))
            return err_set(e, ERR_INVALID, "--sysctl %s: expected NAME=VALUE", *it);
        r = r < 0 ? r : json_map_assign(map, *it);
    }
    return r < 0 ? err_nomem(e) : 0;
}

int plan_security(struct plan *plan, const struct run_args *args, struct err *e)
{
    struct security_spec sec = { 0 };
    uint64_t caps = 0;

    int r = parse_security(args->security_opts, &sec, e);
    if (r >= 0)
        r = fill_caps(plan, args, &caps, e);
    if (r >= 0)
        r = fill_seccomp(plan, &sec, caps, e);
    if (r < 0)
        return r;
    plan->config.process->no_new_privileges = sec.no_new_privileges;
    if (args->privileged || sec.paths_unconfined)
        unmask(&plan->config.lnx);
    if (args->privileged) {
        r = add_host_devices(&plan->config, e);
        if (r >= 0)
            r = allow_all_devices(&plan->config, e);
    }
    strv_foreach (it, args->devices)
        r = r < 0 ? r : add_device(&plan->config, *it, e);
    if (r >= 0)
        r = add_rules(plan, args->device_cgroup_rules, e);
    return r < 0 ? r : fill_sysctls(plan, args, e);
}

bool plan_wants_default_seccomp(const struct record *rec)
{
    struct security_spec sec;
    struct err e;

    if (rec->privileged || parse_security(rec->security_opt, &sec, &e) < 0)
        return false;
    return !sec.seccomp_unconfined && !sec.seccomp_file;
}
