/* SPDX-License-Identifier: MIT */
/* Mounts: docker's defaults, then -v, --mount and --tmpfs, shallow ones first. */
#include "engine/plan.h"

#include "base/fs.h"
#include "base/program.h"
#include "base/str.h"
#include "base/vec.h"
#include "engine/parse_mount.h"
#include "engine/volume.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <sys/stat.h>

static void free_mount(struct config_mount *m)
{
    json_free(&config_mount_table, m);
}

static struct config_mount *find_mount(struct config *c, const char *target)
{
    for (size_t i = 0; i < c->n_mounts; i++)
        if (STREQ(c->mounts[i].destination, target))
            return &c->mounts[i];
    return NULL;
}

/* A zeroed mount with this target: in place of an earlier one there, else a new one at the end. */
static struct config_mount *new_mount(struct config *c, const char *target)
{
    struct config_mount *m = find_mount(c, target);

    if (m)
        free_mount(m);
    else
        m = VEC_ADD(c->mounts, c->n_mounts);
    if (!m)
        return NULL;
    m->destination = str_dup(target);
    return m->destination ? m : NULL;
}

void plan_drop_mount(struct config *c, const char *target)
{
    struct config_mount *m = find_mount(c, target);

    if (!m)
        return;
    free_mount(m);
    memmove(m, m + 1, (size_t)(c->mounts + c->n_mounts - (m + 1)) * sizeof(*m));
    c->n_mounts--;
}

static int check_source(const struct mount_spec *s, struct err *e)
{
    struct stat st;

    if (stat(s->source, &st) == 0)
        return 0;
    if (errno == ENOENT && s->make_source) {
        /* For the container's users, who need not be ours: not by our own umask. */
        mode_t old = umask(022);
        int r = fs_mkdir_p(AT_FDCWD, s->source, 0755, e);
        umask(old);
        return r;
    }
    if (errno == ENOENT) {
        err_set(e, ERR_INVALID,
                "invalid mount config for type \"bind\": bind source path does not exist: %s",
                s->source);
        return err_hint(e, "create it, or use -v, which makes a missing directory");
    }
    return err_sys(e, "stat", s->source);
}

static int bind_options(const struct mount_spec *s, char ***opts)
{
    bool recursive = s->recursion != MOUNT_SPEC_NONRECURSIVE;
    const char *ro = !s->read_only                       ? "rw"
                     : s->recursion == MOUNT_SPEC_RO_TOP ? "ro"
                     : recursive                         ? "rro"
                                                         : "ro";

    if (strv_add(opts, recursive ? "rbind" : "bind") < 0 || strv_add(opts, ro) < 0)
        return -1;
    return strv_add(opts, s->propagation ? s->propagation : "rprivate");
}

static int add_bind(struct config *c, const struct mount_spec *s, struct err *e)
{
    int r = check_source(s, e);
    if (r < 0)
        return r;
    struct config_mount *m = new_mount(c, s->target);
    if (!m)
        return err_nomem(e);
    m->type = str_dup("bind");
    m->source = str_dup(s->source);
    if (!m->type || !m->source || bind_options(s, &m->options) < 0 ||
        strv_extend(&m->options, s->options) < 0)
        return err_nomem(e);
    return 0;
}

static int add_volume(const struct paths *p, struct config *c, const struct mount_spec *s,
                      struct err *e)
{
    struct config_mount *m = new_mount(c, s->target);

    if (!m)
        return err_nomem(e);
    m->type = str_dup("bind");
    m->source = volume_data(p, s->source);
    if (!m->type || !m->source || bind_options(s, &m->options) < 0 ||
        strv_extend(&m->options, s->options) < 0)
        return err_nomem(e);
    return 0;
}

static int add_tmpfs(struct config *c, const struct mount_spec *s, struct err *e)
{
    static const char *const docker[] = { "noexec", "nosuid", "nodev" };
    struct config_mount *m = new_mount(c, s->target);

    if (!m)
        return err_nomem(e);
    m->type = str_dup("tmpfs");
    m->source = str_dup("tmpfs");
    if (!m->type || !m->source)
        return err_nomem(e);
    /* "exec", "suid" and "dev" take docker's defaults back. */
    for (size_t i = 0; i < ARRAY_LEN(docker); i++)
        if (!strv_has(s->options, docker[i] + 2) && strv_add(&m->options, docker[i]) < 0)
            return err_nomem(e);
    if ((s->read_only && strv_add(&m->options, "ro") < 0) ||
        strv_extend(&m->options, s->options) < 0)
        return err_nomem(e);
    return 0;
}

static int record_mount(struct record *rec, const struct mount_spec *s, bool anonymous,
                        struct err *e)
{
    static const char *const types[] = {
        [MOUNT_SPEC_BIND] = "bind", [MOUNT_SPEC_VOLUME] = VOLUME_TYPE, [MOUNT_SPEC_TMPFS] = "tmpfs"
    };
    bool volume = s->type == MOUNT_SPEC_VOLUME;
    struct record_mount *v = VEC_ADD(rec->mounts, rec->n_mounts);

    if (!v)
        return err_nomem(e);
    v->type = str_dup(types[s->type]);
    v->name = str_dup(volume ? s->source : NULL);
    v->source = str_dup(s->source && !volume ? s->source : "");
    v->destination = str_dup(s->target);
    v->mode = strv_join(s->options, ",");
    v->propagation = str_dup(s->propagation ? s->propagation : volume ? "" : "rprivate");
    v->read_only = s->read_only;
    v->anonymous = anonymous;
    v->no_copy = s->no_copy;
    return v->type && v->source && v->destination && v->mode && v->propagation ? 0 : err_nomem(e);
}

static bool is_procfs(const char *path)
{
    AUTO_FD int fd = open(path, O_PATH | O_CLOEXEC);

    return fd >= 0 && fs_is_type(fd, PROC_SUPER_MAGIC);
}

/* What reads /proc trusts it, security modules above all: runc's rules, and its words. */
static int check_target(const struct mount_spec *s, struct err *e)
{
    static const char *const allowed[] = {
        "/proc/cpuinfo", "/proc/diskstats", "/proc/meminfo",  "/proc/stat",    "/proc/swaps",
        "/proc/uptime",  "/proc/loadavg",   "/proc/slabinfo", "/proc/net/dev",
    };

    if (STREQ(s->target, "/proc")) {
        if (s->type == MOUNT_SPEC_BIND && is_procfs(s->source))
            return 0;
        return err_set(e, ERR_INVALID, "\"%s\" cannot be mounted because it is not of type proc",
                       s->target);
    }
    if (!str_starts(s->target, "/proc/"))
        return 0;
    for (size_t i = 0; i < ARRAY_LEN(allowed); i++)
        if (STREQ(s->target, allowed[i]))
            return 0;
    return err_set(e, ERR_INVALID, "\"%s\" cannot be mounted because it is inside /proc",
                   s->target);
}

typedef int (*parse_fn)(const char *text, struct mount_spec *ret, struct err *e);

static bool is_taken(const struct record *rec, const char *target)
{
    for (size_t i = 0; i < rec->n_mounts; i++)
        if (STREQ(rec->mounts[i].destination, target))
            return true;
    return false;
}

/* A volume without a name gets a random one. */
static int add_mount(const struct paths *p, struct plan *plan, struct mount_spec *s, struct err *e)
{
    bool anonymous = s->type == MOUNT_SPEC_VOLUME && !s->source;
    char name[ID_LEN + 1];
    int r = check_target(s, e);

    if (r >= 0 && anonymous)
        r = id_new(name, e);
    if (r >= 0 && anonymous && str_set(&s->source, name) < 0)
        r = err_nomem(e);
    if (r < 0)
        return r;
    switch (s->type) {
    case MOUNT_SPEC_BIND: r = add_bind(&plan->config, s, e); break;
    case MOUNT_SPEC_VOLUME: r = add_volume(p, &plan->config, s, e); break;
    case MOUNT_SPEC_TMPFS: r = add_tmpfs(&plan->config, s, e); break;
    }
    return r < 0 ? r : record_mount(&plan->record, s, anonymous, e);
}

static int add_spec(const struct paths *p, struct plan *plan, const char *text, parse_fn parse,
                    struct err *e)
{
    CLEANUP(mount_spec) struct mount_spec s = { 0 };

    int r = parse(text, &s, e);
    if (r < 0)
        return r;
    if (is_taken(&plan->record, s.target))
        return err_set(e, ERR_INVALID, "Duplicate mount point: %s", s.target);
    return add_mount(p, plan, &s, e);
}

/* The image's VOLUMEs, unless the user mounts something there. */
static int add_image_volumes(const struct paths *p, struct plan *plan, const struct image_run *img,
                             struct err *e)
{
    int r = 0;

    strv_foreach (target, img->volumes) {
        CLEANUP(mount_spec) struct mount_spec s = { .type = MOUNT_SPEC_VOLUME };
        if (r >= 0)
            r = parse_mount_volume(*target, &s, e);
        if (r >= 0 && !is_taken(&plan->record, s.target))
            r = add_mount(p, plan, &s, e);
    }
    return r < 0 ? err_wrap(e, "the image's volumes") : 0;
}

static int set_shm_size(struct config *c, int64_t size, struct err *e)
{
    struct config_mount *m = size == ARG_UNSET || size == 0 ? NULL : find_mount(c, "/dev/shm");

    if (!m)
        return 0;
    for (char **o = m->options; o && *o; o++) {
        if (str_starts(*o, "size=")) {
            free(*o);
            *o = str_fmt("size=%lld", (long long)size);
            return *o ? 0 : err_nomem(e);
        }
    }
    return strv_addf(&m->options, "size=%lld", (long long)size) < 0 ? err_nomem(e) : 0;
}

static int add_init(struct config *c, struct err *e)
{
    AUTO_FREE char *source = NULL;

    int r = program_find("hako-init", &source, e);
    if (r < 0)
        return err_wrap(e, "--init");
    struct config_mount *m = new_mount(c, PLAN_INIT_PATH);
    if (!m)
        return err_nomem(e);
    m->type = str_dup("bind");
    m->source = TAKE_PTR(source);
    m->options = strv_split("bind,ro,nosuid,nodev", ',', false);
    return m->type && m->options ? 0 : err_nomem(e);
}

/* --privileged: /sys and the cgroup tree may be written. */
static void make_writable(struct config *c)
{
    static const char *const targets[] = { "/sys", "/sys/fs/cgroup" };

    for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
        struct config_mount *m = find_mount(c, targets[i]);
        for (char **o = m ? m->options : NULL; o && *o; o++)
            if (STREQ(*o, "ro"))
                strcpy(*o, "rw");
    }
}

static int depth(const char *path)
{
    int n = 0;

    for (; *path; path++)
        n += *path == '/';
    return n;
}

/* Stable: mounts of one depth keep their order. */
static void sort_mounts(struct config_mount *v, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct config_mount m = v[i];
        size_t at = i;
        for (; at > 0 && depth(v[at - 1].destination) > depth(m.destination); at--)
            v[at] = v[at - 1];
        v[at] = m;
    }
}

int plan_mounts(const struct paths *p, struct plan *plan, const struct run_args *args,
                const struct image_run *img, struct err *e)
{
    const struct {
        char *const *texts;
        parse_fn parse;
    } sources[] = {
        { args->volumes, parse_mount_volume },
        { args->mounts, parse_mount },
        { args->tmpfs, parse_mount_tmpfs },
    };
    int r = set_shm_size(&plan->config, args->shm_size, e);

    if (r >= 0 && args->init)
        r = add_init(&plan->config, e);
    for (size_t i = 0; i < ARRAY_LEN(sources); i++)
        strv_foreach (it, sources[i].texts)
            r = r < 0 ? r : add_spec(p, plan, *it, sources[i].parse, e);
    if (r >= 0)
        r = add_image_volumes(p, plan, img, e);
    if (r < 0)
        return r;
    if (args->privileged)
        make_writable(&plan->config);
    sort_mounts(plan->config.mounts, plan->config.n_mounts);
    return 0;
}
