/* SPDX-License-Identifier: MIT */
/* linux.intelRdt: a class of service in the resctrl file system, and a monitoring group. */
#include "runtime/resctrl.h"

#include "base/buf.h"
#include "base/fs.h"
#include "base/str.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <mntent.h>

#ifndef RDTGROUP_SUPER_MAGIC
#define RDTGROUP_SUPER_MAGIC 0x7655821
#endif

#define FIELD        "/linux/intelRdt"
#define SCHEMATA_MAX (64u << 10)

/* ---- the file system ---- */

static int open_root(const char *path)
{
    AUTO_FD int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

    return fd >= 0 && fs_is_type(fd, RDTGROUP_SUPER_MAGIC) ? TAKE_FD(fd) : -1;
}

static int search_mounts(void)
{
    struct mntent m;
    char line[4096];
    FILE *f = setmntent("/proc/self/mounts", "re");
    int fd = -1;

    while (f && fd < 0 && getmntent_r(f, &m, line, sizeof(line)))
        if (STREQ(m.mnt_type, "resctrl"))
            fd = open_root(m.mnt_dir);
    if (f)
        endmntent(f);
    return fd;
}

int resctrl_open(int *ret_root, struct err *e)
{
    int fd = open_root("/sys/fs/resctrl");

    if (fd < 0)
        fd = search_mounts();
    if (fd < 0) {
        err_set(e, ERR_UNSUPPORTED, FIELD ": no resctrl file system is mounted");
        return err_hint(e, "mount -t resctrl resctrl /sys/fs/resctrl, where processor and kernel "
                           "know resource control");
    }
    *ret_root = fd;
    return 0;
}

/* ---- schemata ---- */

static void add_line(struct buf *b, const char *line, size_t len)
{
    if (len > 0)
        buf_fmt(b, "%.*s\n", (int)len, line);
}

/* The lines of l3CacheSchema; those for memory bandwidth give way to memBwSchema. */
static void add_cache(struct buf *b, const char *text, bool without_mb)
{
    while (*text) {
        size_t len = strcspn(text, "\n");
        if (!without_mb || !str_starts(text, "MB:"))
            add_line(b, text, len);
        text += len + (text[len] == '\n');
    }
}

char *resctrl_lines(const struct config_intel_rdt *rdt, bool schemata)
{
    AUTO_BUF struct buf b = { 0 };

    buf_str(&b, "");
    if (schemata) {
        strv_foreach (line, rdt->schemata)
            add_line(&b, *line, strlen(*line));
    } else {
        if (rdt->l3_cache_schema)
            add_cache(&b, rdt->l3_cache_schema, rdt->mem_bw_schema);
        if (rdt->mem_bw_schema)
            add_line(&b, rdt->mem_bw_schema, strlen(rdt->mem_bw_schema));
    }
    return buf_take(&b);
}

/* "007F" and "7f" are one value; what is no digit ends it. */
static bool same_value(const char *a, const char *b)
{
    a += strspn(a, " 0");
    b += strspn(b, " 0");
    size_t n = strspn(a, "0123456789abcdefABCDEF");
    return n == strspn(b, "0123456789abcdefABCDEF") && strncasecmp(a, b, n) == 0;
}

/* In lines "  L3:0=7f;1=7f": what the resource has for the domain, or NULL. */
static const char *find_value(const char *text, const char *resource, size_t len,
                              const char *domain)
{
    for (const char *line = text; line && *line; line = strchr(line, '\n')) {
        line += strspn(line, " \n");
        if (strncmp(line, resource, len) != 0 || line[len] != ':')
            continue;
        for (const char *p = line + len; *p == ':' || *p == ';'; p += strcspn(p, ";\n")) {
            p++;
            if (same_value(p, domain) && p[strcspn(p, "=\n")] == '=')
                return p + strcspn(p, "=") + 1;
        }
        return NULL;
    }
    return NULL;
}

static bool line_holds(const char *have, const char *line)
{
    size_t len = strcspn(line, ":\n");

    for (const char *p = line + len; *p == ':' || *p == ';'; p += strcspn(p, ";\n")) {
        p++;
        size_t to_value = strcspn(p, "=;\n");
        const char *value = find_value(have, line, len, p);
        if (p[to_value] != '=' || !value || !same_value(value, p + to_value + 1))
            return false;
    }
    return true;
}

static int compare(int dir, const char *clos, const char *want, struct err *e)
{
    AUTO_FREE char *have = NULL;
    int r = *want == '\0' ? 0 : fs_read(dir, "schemata", SCHEMATA_MAX, &have, NULL, e);

    if (r < 0)
        return err_wrap(e, FIELD);
    for (const char *line = want; *line; line += strcspn(line, "\n"), line += *line == '\n')
        if (!line_holds(have, line))
            return err_set(e, ERR_INVALID, FIELD "/closID: class %s exists with other schemata: %s",
                           clos, str_trim(have));
    return 0;
}

/* The kernel's own words about the last command that failed. */
static int failed(int root, const char *op, const char *what, struct err *e)
{
    char why[256];

    err_sys(e, op, what);
    if (fs_read_small(root, "info/last_cmd_status", why, sizeof(why)) > 0 && !STREQ(why, "ok"))
        err_wrap(e, "%s", why);
    return err_wrap(e, FIELD);
}

/* ---- groups ---- */

static int write_pid(int root, int dir, pid_t pid, struct err *e)
{
    char text[16];

    snprintf(text, sizeof(text), "%d", (int)pid);
    return fs_put(dir, "tasks", text) < 0 ? failed(root, "write", "tasks", e) : 0;
}

static bool is_root_class(const struct config_intel_rdt *rdt)
{
    return rdt->clos_id && STREQ(rdt->clos_id, "/");
}

/* Opens the class's directory, or makes it. */
static int open_class(int root, const struct config_intel_rdt *rdt, const char *clos, bool may_make,
                      bool *ret_made, struct err *e)
{
    const char *path = is_root_class(rdt) ? "." : clos;
    int fd = openat(root, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    *ret_made = false;
    if (fd >= 0)
        return fd;
    if (errno != ENOENT)
        return failed(root, "open", clos, e);
    if (!may_make)
        return err_set(e, ERR_NOT_FOUND, FIELD "/closID: class %s does not exist", clos);
    if (mkdirat(root, clos, 0755) < 0)
        return failed(root, "mkdir", clos, e);
    fd = openat(root, clos, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        failed(root, "open", clos, e);
        unlinkat(root, clos, AT_REMOVEDIR);
        return -e->kind;
    }
    *ret_made = true;
    return fd;
}

static int set_lines(int root, int dir, const char *lines, struct err *e)
{
    return *lines && fs_put(dir, "schemata", lines) < 0 ? failed(root, "write", "schemata", e) : 0;
}

static int monitor(int root, int dir, const char *id, pid_t pid, struct err *e)
{
    AUTO_FD int groups = openat(dir, "mon_groups", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (groups < 0 || (mkdirat(groups, id, 0755) < 0 && errno != EEXIST)) {
        failed(root, "make monitoring group", id, e);
        return err_wrap(e, FIELD "/enableMonitoring");
    }
    AUTO_FD int own = openat(groups, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int r = own < 0 ? failed(root, "open", id, e) : write_pid(root, own, pid, e);
    if (r < 0)
        unlinkat(groups, id, AT_REMOVEDIR);
    return r;
}

static int fill(int root, int dir, const char *const lines[2], bool made, const char *clos,
                struct err *e)
{
    int r = 0;

    for (int i = 0; i < 2 && r >= 0; i++)
        r = made ? set_lines(root, dir, lines[i], e) : compare(dir, clos, lines[i], e);
    return r;
}

int resctrl_enter(int root, const struct config_intel_rdt *rdt, const char *id, pid_t pid,
                  struct err *e)
{
    AUTO_FREE char *first = resctrl_lines(rdt, false);
    AUTO_FREE char *last = resctrl_lines(rdt, true);
    const char *clos = str_empty(rdt->clos_id) ? id : rdt->clos_id;
    bool made;

    if (!first || !last)
        return err_nomem(e);
    const char *const lines[2] = { first, last };
    AUTO_FD int dir =
        open_class(root, rdt, clos, str_empty(rdt->clos_id) || *first || *last, &made, e);
    if (dir < 0)
        return -e->kind;
    int r = fill(root, dir, lines, made, clos, e);
    if (r >= 0)
        r = write_pid(root, dir, pid, e);
    if (r >= 0 && rdt->enable_monitoring.set && rdt->enable_monitoring.val)
        r = monitor(root, dir, id, pid, e);
    if (r < 0 && made)
        unlinkat(root, clos, AT_REMOVEDIR);
    return r;
}

/* The container's class, which is there. */
static int open_own(int root, const struct config_intel_rdt *rdt, const char *id, struct err *e)
{
    static const struct config_intel_rdt none;
    const struct config_intel_rdt *of = rdt ? rdt : &none;
    bool made;

    return open_class(root, of, str_empty(of->clos_id) ? id : of->clos_id, false, &made, e);
}

int resctrl_update(int root, const struct config_intel_rdt *rdt, const char *id,
                   const struct config_intel_rdt *to, char **ret_was, struct err *e)
{
    AUTO_FREE char *lines = resctrl_lines(to, false);
    AUTO_FREE char *was = NULL;

    if (!lines)
        return err_nomem(e);
    AUTO_FD int dir = open_own(root, rdt, id, e);
    int r = dir < 0 ? dir : fs_read(dir, "schemata", SCHEMATA_MAX, &was, NULL, e);
    if (r >= 0)
        r = set_lines(root, dir, lines, e);
    if (r >= 0)
        *ret_was = TAKE_PTR(was);
    return r;
}

void resctrl_restore(int root, const struct config_intel_rdt *rdt, const char *id, const char *was)
{
    struct err ignored = ERR_INIT;
    AUTO_FD int dir = open_own(root, rdt, id, &ignored);

    if (dir >= 0)
        set_lines(root, dir, was, &ignored);
}

int resctrl_leave(int root, const struct config_intel_rdt *rdt, const char *id, struct err *e)
{
    const char *clos = str_empty(rdt->clos_id) ? id : is_root_class(rdt) ? "." : rdt->clos_id;
    AUTO_FREE char *group = str_fmt("%s/mon_groups/%s", clos, id);

    if (!group)
        return err_nomem(e);
    if (unlinkat(root, group, AT_REMOVEDIR) < 0 && errno != ENOENT)
        return failed(root, "rmdir", group, e);
    if (str_empty(rdt->clos_id) && unlinkat(root, id, AT_REMOVEDIR) < 0 && errno != ENOENT)
        return failed(root, "rmdir", id, e);
    return 0;
}
