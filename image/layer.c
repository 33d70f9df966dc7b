/* SPDX-License-Identifier: MIT */
/* Paths and records of unpacked layers. */
#include "image/layer.h"

#include "base/commit.h"
#include "base/json.h"
#include "base/str.h"
#include "image/ref.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>

static const struct json_field record_fields[] = {
    JSON_I64(struct layer_record, size, "size", .flags = JSON_REQUIRED),
    JSON_I64(struct layer_record, entries, "entries"),
};
static const struct json_table record_table = JSON_TABLE(struct layer_record, record_fields);

const char *layer_name(const char *key)
{
    return ref_is_digest(key) ? ref_digest_hex(key) : NULL;
}

const char *layer_path(const char *key, const char *sub, char *buf)
{
    snprintf(buf, LAYER_PATH_MAX, LAYER_DIR "/%s%s%s", layer_name(key), *sub ? "/" : "", sub);
    return buf;
}

int layer_open(const struct store *s, const char *key, bool *ret_opaque, int *ret_fd, struct err *e)
{
    char path[LAYER_PATH_MAX];
    char opaque = 0;

    if (!layer_name(key))
        return err_set(e, ERR_INVALID, "open layer: \"%s\" is no digest", key);
    layer_path(key, LAYER_TREE, path);
    AUTO_FD int fd = openat(s->fd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && (errno == ENOENT || s->fd < 0)) {
        err_set(e, ERR_NOT_FOUND, "open layer %s/%s: not in the store", s->root, path);
        return err_hint(e, "load the image again");
    }
    if (fd < 0)
        return err_sysf(e, "open layer", "%s/%s", s->root, path);
    *ret_opaque = fgetxattr(fd, LAYER_OPAQUE, &opaque, 1) == 1 && opaque == 'y';
    *ret_fd = TAKE_FD(fd);
    return 0;
}

bool layer_root_is_implied(const struct stat *st)
{
    return st->st_mtim.tv_sec == 0 && st->st_mtim.tv_nsec == 0;
}

static int copy_xattr(int from, int to, const char *name, struct err *e)
{
    char *value = NULL;
    ssize_t len = fgetxattr(from, name, NULL, 0);

    if (len >= 0)
        value = malloc((size_t)len + 1);
    AUTO_FREE char *owned = value;
    if (len >= 0 && !value)
        return err_nomem(e);
    if (len >= 0)
        len = fgetxattr(from, name, value, (size_t)len);
    if (len < 0 || fsetxattr(to, name, value, (size_t)len, 0) < 0)
        return err_sys(e, "copy attribute", name);
    return 0;
}

static int copy_xattrs(int from, int to, struct err *e)
{
    ssize_t len = flistxattr(from, NULL, 0);

    if (len <= 0)
        return len == 0 || errno == EOPNOTSUPP ? 0 : err_sys(e, "list attributes", NULL);
    AUTO_FREE char *names = malloc((size_t)len);
    if (!names)
        return err_nomem(e);
    len = flistxattr(from, names, (size_t)len);
    for (const char *n = names; len > 0 && n < names + len; n += strlen(n) + 1) {
        int r = str_starts(n, "trusted.overlay.") || STREQ(n, "security.selinux")
                    ? 0
                    : copy_xattr(from, to, n, e);
        if (r < 0)
            return r;
    }
    return 0;
}

int layer_copy_attributes(int from, int to, struct err *e)
{
    struct stat st;

    if (fstat(from, &st) < 0)
        return err_sys(e, "stat", NULL);
    if (fchown(to, st.st_uid, st.st_gid) < 0)
        return err_sys(e, "chown", NULL);
    int r = copy_xattrs(from, to, e);
    if (r < 0)
        return r;
    const struct timespec times[2] = { st.st_mtim, st.st_mtim };
    if (fchmod(to, st.st_mode & 07777) < 0 || futimens(to, times) < 0)
        return err_sys(e, "chmod", NULL);
    return 0;
}

bool layer_exists(const struct store *s, const char *key)
{
    char path[LAYER_PATH_MAX];

    return layer_name(key) && faccessat(s->fd, layer_path(key, LAYER_TREE, path), F_OK, 0) == 0;
}

int layer_read_record(const struct store *s, const char *key, struct layer_record *ret,
                      struct err *e)
{
    char path[LAYER_PATH_MAX];

    if (!layer_name(key))
        return err_set(e, ERR_INVALID, "read layer: \"%s\" is no digest", key);
    return json_load(&record_table, ret, s->fd, layer_path(key, LAYER_RECORD, path), 0, e);
}

int layer_write_record(int dirfd, const struct layer_record *rec, struct err *e)
{
    return json_save(&record_table, rec, dirfd, LAYER_RECORD, COMMIT_VOLATILE, e);
}
