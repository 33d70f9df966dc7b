/* SPDX-License-Identifier: MIT */
/* Attributes and propagation of a mount that is there: mount_setattr(2), or mount(2). */
#include "runtime/mount.h"

#include "base/fs.h"
#include "base/str.h"
#include "base/sys.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/statvfs.h>

/* ---- mount_setattr(2), Linux 5.12 ---- */

static int set_attr(int fd, unsigned flags, uint64_t set, uint64_t clr, uint64_t prop)
{
    struct mount_attr attr = { .attr_set = set, .attr_clr = clr, .propagation = prop };

    if (!set && !clr && !prop)
        return 0;
    return mount_setattr(fd, "", AT_EMPTY_PATH | flags, &attr, sizeof(attr));
}

int mount_set_new(int fd, const struct mount_options *o, bool recursive)
{
    unsigned rec = recursive ? AT_RECURSIVE : 0;

    if (set_attr(fd, rec, o->rattr_set, o->rattr_clr, 0) < 0 ||
        set_attr(fd, 0, o->attr_set, o->attr_clr, 0) < 0)
        return -1;
    for (size_t i = 0; i < o->n_prop; i++)
        if (set_attr(fd, o->prop[i] & MS_REC ? rec : 0, 0, 0, o->prop[i] & ~(uint64_t)MS_REC) < 0)
            return -1;
    return 0;
}

/* ---- mount(2) ---- */

/* It replaces all attributes at once: those that nobody speaks of are said again. */
static uint64_t current(int fd)
{
    static const struct {
        unsigned long st;
        uint64_t attr;
    } pairs[] = {
        { ST_RDONLY, MOUNT_ATTR_RDONLY },
        { ST_NOSUID, MOUNT_ATTR_NOSUID },
        { ST_NODEV, MOUNT_ATTR_NODEV },
        { ST_NOEXEC, MOUNT_ATTR_NOEXEC },
        { ST_NOATIME, MOUNT_ATTR_NOATIME },
        { ST_NODIRATIME, MOUNT_ATTR_NODIRATIME },
        { 0x2000 /* ST_NOSYMFOLLOW, newer than glibc 2.36 */, MOUNT_ATTR_NOSYMFOLLOW },
    };
    struct statvfs fs;
    uint64_t attrs = 0;

    if (fstatvfs(fd, &fs) < 0)
        return 0;
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
        if (fs.f_flag & pairs[i].st)
            attrs |= pairs[i].attr;
    return fs.f_flag & (ST_NOATIME | ST_RELATIME) ? attrs : attrs | MOUNT_ATTR_STRICTATIME;
}

static int set_old(int fd, uint64_t set, uint64_t clr)
{
    char at[FS_FD_PATH_MAX];

    if (!set && !clr)
        return 0;
    return mount(NULL, fs_fd_path(fd, at), NULL,
                 MS_REMOUNT | MS_BIND | mount_option_ms((current(fd) & ~clr) | set), NULL);
}

static int prop_old(int fd, const struct mount_options *o)
{
    char at[FS_FD_PATH_MAX];

    fs_fd_path(fd, at);
    for (size_t i = 0; i < o->n_prop; i++)
        if (mount(NULL, at, NULL, o->prop[i], NULL) < 0)
            return -1;
    return 0;
}

/* ---- the mounts below one, as mountinfo(5) lists them ---- */

#define MOUNTINFO_MAX (64u << 20)

struct line {
    int id, parent;
    char *point; /* as seen from the process's root */
};

/* "36 35 98:0 /root /mount/point …"; octal escapes in the mount point are undone. */
static bool parse_line(char *text, struct line *ret)
{
    char *save = NULL, *field = NULL;

    if (sscanf(text, "%d %d", &ret->id, &ret->parent) != 2)
        return false;
    for (int i = 0; i < 5; i++)
        field = strtok_r(i ? NULL : text, " ", &save);
    if (!field)
        return false;
    ret->point = field;
    char *to = field;
    for (const char *p = field; *p; to++) {
        unsigned c;
        if (*p == '\\' && sscanf(p + 1, "%3o", &c) == 1) {
            *to = (char)c;
            p += 4;
        } else {
            *to = *p++;
        }
    }
    *to = '\0';
    return true;
}

static int id_of(int fd)
{
    char path[64], text[512];

    snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
    if (fs_read_small(AT_FDCWD, path, text, sizeof(text)) < 0)
        return -1;
    const char *at = strstr(text, "mnt_id:");
    return at ? atoi(at + strlen("mnt_id:")) : -1;
}

/* A mount whose parent is in the set: its point below the top's. The list names parents first. */
static int set_one_below(int fd, const struct line *top, const struct line *l,
                         const struct mount_options *o)
{
    size_t len = STREQ(top->point, "/") ? 0 : strlen(top->point);
    AUTO_FD int at = fs_open_in(fd, *(l->point + len) ? l->point + len : "/", O_PATH, 0);

    if (at < 0)
        return -1;
    /* Covered by another one, or exchanged meanwhile. */
    if (id_of(at) != l->id)
        return 0;
    return set_old(at, o->rattr_set, o->rattr_clr);
}

static int set_below(int fd, const struct mount_options *o, struct err *e)
{
    AUTO_FREE char *text = NULL;
    AUTO_FREE struct line *known = NULL;
    const int top_id = id_of(fd);
    char *save = NULL;
    size_t n = 0, cap = 0;
    int r = fs_read(AT_FDCWD, "/proc/self/mountinfo", MOUNTINFO_MAX, &text, NULL, e);

    if (r < 0)
        return r;
    for (const char *p = text; *p; p++)
        cap += *p == '\n';
    known = calloc(cap + 1, sizeof(*known));
    if (!known)
        return err_nomem(e);
    for (char *s = strtok_r(text, "\n", &save); s; s = strtok_r(NULL, "\n", &save)) {
        struct line *l = &known[n];
        bool wanted = false;
        if (!parse_line(s, l))
            continue;
        for (size_t i = 0; i < n && !wanted; i++)
            wanted = known[i].id == l->parent;
        if (l->id != top_id && !wanted)
            continue;
        if (n++ > 0 && set_one_below(fd, &known[0], l, o) < 0)
            return err_sys(e, "mount", l->point);
    }
    return 0;
}

int mount_set(int fd, const struct mount_options *o, bool recursive, struct err *e)
{
    int r = 0;

    if (mount_set_new(fd, o, recursive) == 0)
        return 0;
    if (errno != ENOSYS)
        return err_sys(e, "mount_setattr", NULL);
    if (recursive && (o->rattr_set || o->rattr_clr))
        r = set_below(fd, o, e);
    if (r >= 0 && (set_old(fd, o->rattr_set, o->rattr_clr) < 0 ||
                   set_old(fd, o->attr_set, o->attr_clr) < 0 || prop_old(fd, o) < 0))
        r = err_sys(e, "mount", NULL);
    return r;
}
