/* SPDX-License-Identifier: MIT */
/* Claims, releases and resolves container names. */
#include "engine/names.h"

#include "base/fs.h"
#include "base/lock.h"
#include "base/str.h"
#include "engine/container.h"

#include <fcntl.h>

/* The id that the name points to: 1, or 0 when there is no such name. */
static int read_name(int names, const char *name, char ret_id[ID_LEN + 1], struct err *e)
{
    char id[ID_LEN + 2];
    ssize_t n = readlinkat(names, name, id, sizeof(id));

    if (n < 0 && (errno == ENOENT || errno == EINVAL || errno == ENAMETOOLONG))
        return 0;
    if (n < 0)
        return err_sys(e, "readlink", name);
    if (n != ID_LEN)
        return 0;
    memcpy(ret_id, id, ID_LEN);
    ret_id[ID_LEN] = '\0';
    return 1;
}

/* Unlinks a name whose container is gone. The caller holds the lock of the names directory: only
 * its holder may unlink a name that is not its own. */
static int unlink_stale(const struct paths *p, int names, const char *name, struct err *e)
{
    char owner[ID_LEN + 1];

    int r = read_name(names, name, owner, e);
    if (r < 0)
        return r;
    if (r > 0 && container_exists(p, owner))
        return err_set(e, ERR_EXISTS,
                       "Conflict. The container name \"/%s\" is already in use by container "
                       "\"%s\". You have to remove (or rename) that container to be able to reuse "
                       "that name.",
                       name, owner);
    if (unlinkat(names, name, 0) < 0 && errno != ENOENT)
        return err_sys(e, "unlink", name);
    return 0;
}

static int replace_stale(const struct paths *p, int names, const char *name, const char *id,
                         struct err *e)
{
    AUTO_FD int lock = -1;

    int r = lock_take(names, ".lock", true, &lock, e);
    while (r >= 0) {
        r = unlink_stale(p, names, name, e);
        if (r < 0 || symlinkat(id, names, name) == 0)
            break;
        if (errno != EEXIST) /* else somebody who found it free needed no lock */
            r = err_sys(e, "symlink", name);
    }
    return r;
}

int names_release_stale(const struct paths *p, const char *name, struct err *e)
{
    AUTO_FD int names = -1;
    AUTO_FD int lock = -1;

    int r = paths_root_dir(p, "names", &names, e);
    if (r >= 0)
        r = lock_take(names, ".lock", true, &lock, e);
    return r < 0 ? r : unlink_stale(p, names, name, e);
}

int names_claim(const struct paths *p, const char *name, const char *id, struct err *e)
{
    AUTO_FD int names = -1;

    int r = paths_root_dir(p, "names", &names, e);
    if (r < 0)
        return r;
    if (symlinkat(id, names, name) == 0)
        return 0;
    if (errno != EEXIST)
        return err_sys(e, "symlink", name);
    return replace_stale(p, names, name, id, e);
}

int names_release(const struct paths *p, const char *name, const char *id, struct err *e)
{
    char owner[ID_LEN + 1];
    AUTO_FD int names = -1;

    int r = paths_root_dir(p, "names", &names, e);
    if (r >= 0)
        r = read_name(names, name, owner, e);
    if (r <= 0 || !STREQ(owner, id))
        return r < 0 ? r : 0;
    if (unlinkat(names, name, 0) < 0 && errno != ENOENT)
        return err_sys(e, "unlink", name);
    return 0;
}

static int no_such(const char *name, struct err *e)
{
    return err_set(e, ERR_NOT_FOUND, "No such container: %s", name);
}

static int resolve_prefix(const struct paths *p, const char *prefix, char ret_id[ID_LEN + 1],
                          struct err *e)
{
    AUTO_STRV char **ids = NULL;
    const char *found = NULL;

    int r = fs_list(p->root_fd, "containers", &ids, e);
    if (r < 0)
        return r;
    strv_foreach (it, ids) {
        if (!str_starts(*it, prefix) || strlen(*it) != ID_LEN || !container_exists(p, *it))
            continue;
        if (found)
            return err_set(e, ERR_INVALID,
                           "Multiple IDs found with provided prefix: %s (%.12s, %.12s)", prefix,
                           found, *it);
        found = *it;
    }
    if (!found)
        return no_such(prefix, e);
    memcpy(ret_id, found, ID_LEN + 1);
    return 0;
}

int names_resolve(const struct paths *p, const char *name, char ret_id[ID_LEN + 1], struct err *e)
{
    char id[ID_LEN + 1];
    AUTO_FD int names = -1;

    name += *name == '/';
    if (id_is_whole(name) && container_exists(p, name)) {
        memcpy(ret_id, name, ID_LEN + 1);
        return 0;
    }
    int r = paths_root_dir(p, "names", &names, e);
    if (r < 0)
        return r;
    r = *name && !strchr(name, '/') && *name != '.' ? read_name(names, name, id, e) : 0;
    if (r < 0)
        return r;
    if (r > 0 && container_exists(p, id)) {
        memcpy(ret_id, id, ID_LEN + 1);
        return 0;
    }
    return id_is_prefix(name) ? resolve_prefix(p, name, ret_id, e) : no_such(name, e);
}
