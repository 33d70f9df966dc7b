/* SPDX-License-Identifier: MIT */
/* Reading an entry's attributes and setting them. */
#include "image/tool/entry_meta.h"

#include "base/fs.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/xattr.h>

/* Never set from an archive: overlayfs would obey them, or they belong to the host's policy. */
static const char *const refused_xattrs[] = { "trusted.overlay.", "security.selinux",
                                              "security.ima", "security.evm" };

int entry_meta_read(struct entry_meta *m, struct archive_entry *ent, struct err *e)
{
    int64_t uid = archive_entry_uid(ent);
    int64_t gid = archive_entry_gid(ent);

    if (uid < 0 || gid < 0 || uid >= UINT32_MAX || gid >= UINT32_MAX)
        return err_set(e, ERR_INVALID, "owner %lld:%lld is out of range", (long long)uid,
                       (long long)gid);
    *m = (struct entry_meta){
        .fd = -1,
        .type = archive_entry_filetype(ent),
        .mode = archive_entry_mode(ent) & 07777,
        .uid = (uid_t)uid,
        .gid = (gid_t)gid,
        .mtime = { archive_entry_mtime(ent), archive_entry_mtime_nsec(ent) },
    };
    return 0;
}

static bool is_refused(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(refused_xattrs); i++)
        if (str_starts(name, refused_xattrs[i]))
            return true;
    return false;
}

static int set_xattr(const struct entry_meta *m, const char *name, const void *value, size_t len)
{
    char path[PATH_MAX];
    char fd[FS_FD_PATH_MAX];

    if (m->fd >= 0)
        return fsetxattr(m->fd, name, value, len, 0);
    snprintf(path, sizeof(path), "%s/%s", fs_fd_path(m->parent, fd), m->leaf);
    return lsetxattr(path, name, value, len, 0);
}

/* Symlinks and devices cannot have user attributes (xattr(7)): archives made elsewhere may. */
static bool may_fail(const struct entry_meta *m, const char *name)
{
    return str_starts(name, "user.") && m->type != AE_IFREG && m->type != AE_IFDIR;
}

static int set_xattrs(const struct entry_meta *m, struct archive_entry *ent, struct err *e)
{
    const char *name;
    const void *value;
    size_t len;

    archive_entry_xattr_reset(ent);
    while (archive_entry_xattr_next(ent, &name, &value, &len) == ARCHIVE_OK) {
        if (is_refused(name) || set_xattr(m, name, value, len) == 0)
            continue;
        if (errno == EOPNOTSUPP && !str_starts(name, "security.")) {
            log_warn("%s: the file system does not keep %s", m->leaf, name);
            continue;
        }
        if (!may_fail(m, name))
            return err_sys(e, "set attribute", name);
    }
    return 0;
}

static int set_owner(const struct entry_meta *m)
{
    if (m->fd >= 0)
        return fchown(m->fd, m->uid, m->gid);
    return fchownat(m->parent, m->leaf, m->uid, m->gid, AT_SYMLINK_NOFOLLOW);
}

static int set_mode(const struct entry_meta *m)
{
    if (m->fd >= 0)
        return fchmod(m->fd, m->mode);
    /* A symlink has no mode; anything else we have just made, in a directory that is ours. */
    return m->type == AE_IFLNK ? 0 : fchmodat(m->parent, m->leaf, m->mode, 0);
}

static int set_times(const struct entry_meta *m)
{
    const struct timespec times[2] = { m->mtime, m->mtime };

    if (m->type == AE_IFDIR)
        return 0;
    if (m->fd >= 0)
        return futimens(m->fd, times);
    return utimensat(m->parent, m->leaf, times, AT_SYMLINK_NOFOLLOW);
}

int entry_meta_apply(const struct entry_meta *m, struct archive_entry *ent, struct err *e)
{
    if (set_owner(m) < 0)
        return err_sys(e, "chown", NULL);
    int r = set_xattrs(m, ent, e);
    if (r < 0)
        return r;
    if (set_mode(m) < 0)
        return err_sys(e, "chmod", NULL);
    return set_times(m) < 0 ? err_sys(e, "set times", NULL) : 0;
}
