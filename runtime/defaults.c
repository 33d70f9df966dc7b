/* SPDX-License-Identifier: MIT */
/* Docker's defaults as data: mounts, masked and read-only paths, namespaces, a whole config. */
#include "runtime/defaults.h"

#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "runtime/caps.h"

#include <sys/resource.h>

const char *const defaults_masked_paths[] = {
    "/proc/acpi",
    "/proc/asound",
    "/proc/interrupts",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/sys/firmware",
    "/sys/devices/virtual/powercap",
    NULL,
};

const char *const defaults_readonly_paths[] = {
    "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger", NULL,
};

const struct defaults_mount defaults_mounts[] = {
    { "/proc", "proc", "proc", "nosuid,noexec,nodev" },
    { "/dev", "tmpfs", "tmpfs", "nosuid,strictatime,mode=755,size=65536k" },
    { "/dev/pts", "devpts", "devpts", "nosuid,noexec,newinstance,ptmxmode=0666,mode=0620,gid=5" },
    { "/sys", "sysfs", "sysfs", "nosuid,noexec,nodev,ro" },
    { "/sys/fs/cgroup", "cgroup", "cgroup", "nosuid,noexec,nodev,relatime,ro" },
    { "/dev/mqueue", "mqueue", "mqueue", "nosuid,noexec,nodev" },
    { "/dev/shm", "tmpfs", "shm", "nosuid,noexec,nodev,mode=1777,size=65536k" },
    { 0 },
};

const enum config_ns defaults_namespaces[] = {
    CONFIG_NS_PID,   CONFIG_NS_NETWORK, CONFIG_NS_IPC,   CONFIG_NS_UTS,
    CONFIG_NS_MOUNT, CONFIG_NS_CGROUP,  CONFIG_NS_UNSET,
};

const struct defaults_device_rule defaults_device_rules[] = {
    { false, "a", -1, -1, "rwm" },                             /* nothing … */
    { true, "c", -1, -1, "m" },                                /* … but making nodes, */
    { true, "b", -1, -1, "m" },    { true, "c", 1, 3, "rwm" }, /* null */
    { true, "c", 1, 5, "rwm" },                                /* zero */
    { true, "c", 1, 7, "rwm" },                                /* full */
    { true, "c", 1, 8, "rwm" },                                /* random */
    { true, "c", 1, 9, "rwm" },                                /* urandom */
    { true, "c", 5, 0, "rwm" },                                /* tty */
    { true, "c", 5, 1, "rwm" },                                /* console */
    { true, "c", 5, 2, "rwm" },                                /* ptmx */
    { true, "c", 136, -1, "rwm" },                             /* pts */
};
const size_t defaults_n_device_rules = ARRAY_LEN(defaults_device_rules);

static char **copy_list(const char *const *list)
{
    char **v = NULL;

    for (; *list; list++) {
        if (strv_add(&v, *list) < 0) {
            strv_free(v);
            return NULL;
        }
    }
    return v;
}

int defaults_add_mount(struct config *c, const struct defaults_mount *m, struct err *e)
{
    struct config_mount *to = VEC_ADD(c->mounts, c->n_mounts);

    if (!to)
        return err_nomem(e);
    to->destination = str_dup(m->destination);
    to->type = str_dup(m->type);
    to->source = str_dup(m->source);
    to->options = strv_split(m->options, ',', true);
    return to->destination && to->type && to->source && to->options ? 0 : err_nomem(e);
}

int defaults_add_namespace(struct config *c, enum config_ns type, const char *path, struct err *e)
{
    struct config_namespace *to = VEC_ADD(c->lnx.namespaces, c->lnx.n_namespaces);

    if (!to)
        return err_nomem(e);
    to->type = type;
    to->path = str_dup(path);
    return path && !to->path ? err_nomem(e) : 0;
}

static int add_device_rule(struct config_resources *r, const struct defaults_device_rule *from,
                           struct err *e)
{
    struct config_device_rule *to = VEC_ADD(r->devices, r->n_devices);

    if (!to)
        return err_nomem(e);
    to->allow = from->allow;
    to->type = str_dup(from->type);
    to->access = str_dup(from->access);
    to->major = (struct opt_i64){ .set = from->major >= 0, .val = from->major };
    to->minor = (struct opt_i64){ .set = from->minor >= 0, .val = from->minor };
    return to->type && to->access ? 0 : err_nomem(e);
}

int defaults_allow_devices(struct config *c, struct err *e)
{
    struct config_resources *r = c->lnx.resources;
    int ret = 0;

    for (size_t i = 0; r && r->n_devices > 0 && i < defaults_n_device_rules && ret >= 0; i++)
        if (defaults_device_rules[i].allow)
            ret = add_device_rule(r, &defaults_device_rules[i], e);
    return ret;
}

static int add_device_rules(struct config *c, struct err *e)
{
    int r = 0;

    c->lnx.resources = calloc(1, sizeof(*c->lnx.resources));
    if (!c->lnx.resources)
        return err_nomem(e);
    for (size_t i = 0; i < defaults_n_device_rules && r >= 0; i++)
        r = add_device_rule(c->lnx.resources, &defaults_device_rules[i], e);
    return r;
}

static int fill_process(struct config *c, struct err *e)
{
    static const char *const env[] = {
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm", NULL
    };
    static const char *const args[] = { "sh", NULL };
    struct config_process *p = calloc(1, sizeof(*p));

    c->process = p;
    if (!p)
        return err_nomem(e);
    p->cwd = str_dup("/");
    p->env = copy_list(env);
    p->args = copy_list(args);
    p->capabilities = calloc(1, sizeof(*p->capabilities));
    struct config_rlimit *l = VEC_ADD(p->rlimits, p->n_rlimits);
    if (!p->cwd || !p->env || !p->args || !p->capabilities || !l)
        return err_nomem(e);
    caps_to_config(CAPS_DEFAULT, p->capabilities);
    *l = (struct config_rlimit){ .type = RLIMIT_NOFILE, .soft = 1024, .hard = 1024 };
    return 0;
}

static int fill(struct config *c, struct err *e)
{
    int r = fill_process(c, e);

    c->oci_version = str_dup(CONFIG_OCI_VERSION);
    c->root = calloc(1, sizeof(*c->root));
    if (r >= 0 && (!c->oci_version || !c->root || !(c->root->path = str_dup("rootfs"))))
        r = err_nomem(e);
    for (const struct defaults_mount *m = defaults_mounts; m->destination && r >= 0; m++)
        r = defaults_add_mount(c, m, e);
    for (const enum config_ns *n = defaults_namespaces; *n != CONFIG_NS_UNSET && r >= 0; n++)
        r = defaults_add_namespace(c, *n, NULL, e);
    c->lnx.masked_paths = copy_list(defaults_masked_paths);
    c->lnx.readonly_paths = copy_list(defaults_readonly_paths);
    if (r >= 0 && (!c->lnx.masked_paths || !c->lnx.readonly_paths))
        r = err_nomem(e);
    return r < 0 ? r : add_device_rules(c, e);
}

int defaults_config(struct config *ret, struct err *e)
{
    AUTO_CONFIG struct config c = { 0 };
    int r = fill(&c, e);

    if (r < 0)
        return r;
    *ret = c;
    c = (struct config){ 0 };
    return 0;
}
