/* SPDX-License-Identifier: MIT */
/* Volumes as directories: made, listed, removed. */
#include "engine/volume.h"

#include "base/commit.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/str.h"
#include "engine/container.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#define DOCUMENT "volume.json"
#define REMOVED  ".removed-" /* and the name: on its way out */

void volume_free(struct volume *v)
{
    free(v->name);
    free(v->mountpoint);
    volume_record_free(&v->record);
    *v = (struct volume){ 0 };
}

char *volume_data(const struct paths *p, const char *name)
{
    return str_fmt("%s/" VOLUME_DIR "/%s/" VOLUME_DATA, p->root, name);
}

/* ---- making ---- */

static int write_document(int dir, bool anonymous, char *const *labels, struct err *e)
{
    CLEANUP(volume_record) struct volume_record rec = { .anonymous = anonymous };
    struct timespec now;

    if (faccessat(dir, DOCUMENT, F_OK, 0) == 0)
        return 0;
    clock_gettime(CLOCK_REALTIME, &now);
    rec.created = now.tv_sec * 1000000000LL + now.tv_nsec;
    strv_foreach (it, labels)
        if (json_map_assign(&rec.labels, *it) < 0)
            return err_nomem(e);
    return json_save(&volume_record_table, &rec, dir, DOCUMENT, COMMIT_DURABLE, e);
}

int volume_make(const struct paths *p, const char *name, bool anonymous, char *const *labels,
                int *ret_fd, struct err *e)
{
    AUTO_FD int all = -1;
    int r = paths_root_dir(p, VOLUME_DIR, &all, e);

    if (r < 0)
        return r;
    if (mkdirat(all, name, 0711) < 0 && errno != EEXIST)
        return err_sysf(e, "mkdir", "volume %s", name);
    AUTO_FD int dir = openat(all, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (dir < 0)
        return err_sysf(e, "open", "volume %s", name);
    if (mkdirat(dir, VOLUME_DATA, 0755) < 0 && errno != EEXIST)
        return err_sysf(e, "mkdir", "volume %s", name);
    r = write_document(dir, anonymous, labels, e);
    if (r < 0 || !ret_fd)
        return r < 0 ? err_wrap(e, "volume %s", name) : 0;
    *ret_fd = openat(dir, VOLUME_DATA, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return *ret_fd < 0 ? err_sysf(e, "open", "data of volume %s", name) : 0;
}

/* ---- reading ---- */

int volume_read(const struct paths *p, const char *name, struct volume *ret, struct err *e)
{
    CLEANUP(volume) struct volume v = { 0 };
    AUTO_FREE char *sub = str_fmt(VOLUME_DIR "/%s", name);
    struct stat st;

    if (!sub)
        return err_nomem(e);
    AUTO_FD int dir = -1;
    if (!strchr(name, '/') && *name != '.')
        dir = openat(p->root_fd, sub, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (dir < 0)
        return err_set(e, ERR_NOT_FOUND, "get %s: no such volume", name);
    if (faccessat(dir, DOCUMENT, F_OK, 0) == 0) {
        int r = json_load(&volume_record_table, &v.record, dir, DOCUMENT, 0, e);
        if (r < 0)
            return err_wrap(e, "volume %s", name);
    } else if (fstat(dir, &st) == 0) {
        v.record.created = st.st_mtim.tv_sec * 1000000000LL + st.st_mtim.tv_nsec;
    }
    v.name = str_dup(name);
    v.mountpoint = volume_data(p, name);
    if (!v.name || !v.mountpoint)
        return err_nomem(e);
    *ret = v;
    v = (struct volume){ 0 };
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int volume_names(const struct paths *p, char ***ret, struct err *e)
{
    AUTO_STRV char **all = NULL;
    AUTO_STRV char **names = NULL;
    int r = fs_list(p->root_fd, VOLUME_DIR, &all, e);

    if (r < 0)
        return r;
    strv_foreach (it, all)
        if (**it != '.' && strv_add(&names, *it) < 0)
            return err_nomem(e);
    if (names)
        qsort(names, strv_len(names), sizeof(*names), by_name);
    *ret = TAKE_PTR(names);
    return 0;
}

/* ---- who uses it ---- */

static bool mounts(const struct record *rec, const char *name)
{
    for (size_t i = 0; i < rec->n_mounts; i++) {
        const struct record_mount *m = &rec->mounts[i];
        if (STREQ(m->type, VOLUME_TYPE) && m->name && STREQ(m->name, name))
            return true;
    }
    return false;
}

int volume_users(const struct paths *p, const char *name, const char *except, char ***ret,
                 struct err *e)
{
    AUTO_STRV char **ids = NULL;
    AUTO_STRV char **users = NULL;
    int r = fs_list(p->root_fd, "containers", &ids, e);

    if (r < 0)
        return r;
    strv_foreach (id, ids) {
        CLEANUP(container) struct container c = CONTAINER_INIT;
        struct err ignored;
        if ((except && STREQ(*id, except)) || container_open(p, *id, &c, &ignored) < 0)
            continue;
        if (mounts(&c.record, name) && strv_add(&users, *id) < 0)
            return err_nomem(e);
    }
    *ret = TAKE_PTR(users);
    return 0;
}

/* ---- removing ---- */

/* Nobody finds it any more; volume_sweep() does the rest. */
static int hide(const struct paths *p, const char *name, struct err *e)
{
    AUTO_FREE char *from = str_fmt(VOLUME_DIR "/%s", name);
    AUTO_FREE char *to = str_fmt(VOLUME_DIR "/" REMOVED "%s", name);

    if (!from || !to)
        return err_nomem(e);
    if (renameat(p->root_fd, from, p->root_fd, to) == 0 || errno == ENOENT)
        return 0;
    if (errno == ENOTEMPTY || errno == EEXIST) { /* of an earlier volume of this name */
        volume_sweep(p);
        if (renameat(p->root_fd, from, p->root_fd, to) == 0 || errno == ENOENT)
            return 0;
    }
    return err_sysf(e, "remove", "volume %s", name);
}

int volume_remove(const struct paths *p, const char *name, struct err *e)
{
    CLEANUP(volume) struct volume v = { 0 };
    AUTO_STRV char **users = NULL;
    int r = volume_read(p, name, &v, e);

    if (r >= 0)
        r = volume_users(p, name, NULL, &users, e);
    if (r >= 0 && users) {
        AUTO_FREE char *list = strv_join(users, ", ");
        err_set(e, ERR_IN_USE, "remove %s: volume is in use - [%s]", name, list ? list : "");
        return err_hint(e, "remove the containers first: hako rm");
    }
    if (r >= 0)
        r = hide(p, name, e);
    volume_sweep(p);
    return r;
}

int volume_drop_anonymous(const struct paths *p, const struct record *rec, struct err *e)
{
    struct err first = ERR_INIT;

    for (size_t i = 0; i < rec->n_mounts; i++) {
        const struct record_mount *m = &rec->mounts[i];
        AUTO_STRV char **users = NULL;
        if (!m->anonymous || !m->name)
            continue;
        int r = volume_users(p, m->name, rec->id, &users, e);
        if (r >= 0 && !users)
            r = hide(p, m->name, e);
        err_collect(&first, r, e);
    }
    if (first.kind == ERR_NONE)
        return 0;
    *e = first;
    return -e->kind;
}

void volume_sweep(const struct paths *p)
{
    AUTO_STRV char **all = NULL;
    struct err e;

    if (fs_list(p->root_fd, VOLUME_DIR, &all, &e) < 0)
        return;
    strv_foreach (it, all) {
        AUTO_FREE char *path = str_starts(*it, REMOVED) ? str_fmt(VOLUME_DIR "/%s", *it) : NULL;
        if (path && fs_rm_rf(p->root_fd, path, &e) < 0)
            log_warn("remove volume %s: %s", *it + strlen(REMOVED), e.msg);
    }
}
