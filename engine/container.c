/* SPDX-License-Identifier: MIT */
/* Opens, locks, reads and writes a container's directories. */
#include "engine/container.h"

#include "base/commit.h"
#include "base/fs.h"
#include "base/str.h"

#include <fcntl.h>
#include <sys/file.h>

#define SUB    "containers/"
#define RECORD "record.json"
#define CONFIG "config.json"

/* ROOT/containers/<id> as an open directory, or -1 with errno. */
static int open_dir(int tree, const char *id)
{
    char path[sizeof(SUB) + ID_LEN + 1];

    snprintf(path, sizeof(path), SUB "%s", id);
    return openat(tree, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

static bool has_record(int tree, const char *id)
{
    char path[sizeof(SUB RECORD) + ID_LEN + 1];

    snprintf(path, sizeof(path), SUB "%s/" RECORD, id);
    return faccessat(tree, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

bool container_recorded(const struct paths *p, const char *id)
{
    return has_record(p->root_fd, id) || has_record(p->run_fd, id);
}

bool container_exists(const struct paths *p, const char *id)
{
    AUTO_FD int dir = open_dir(p->root_fd, id);

    if (dir < 0)
        return false;
    /* Somebody holds the lock: it is being made. Shared, so that those who look at the same time do
     * not take each other for its maker. */
    return container_recorded(p, id) || flock(dir, LOCK_SH | LOCK_NB) < 0;
}

static int no_such(const char *id, struct err *e)
{
    return err_set(e, ERR_NOT_FOUND, "No such container: %s", id);
}

static int status_from(int dirfd, const char *file, struct container *c, struct err *e)
{
    struct status fresh;

    int r = json_load(&status_table, &fresh, dirfd, file, 0, e);
    if (r < 0)
        return r;
    status_free(&c->status);
    c->status = fresh;
    return 0;
}

/* The run root's status is the present; without one (never started, or a reboot since) the last
 * words beside the record count; without those it was never started. */
int container_refresh(struct container *c, struct err *e)
{
    int r = -ERR_NOT_FOUND;

    if (c->run_fd >= 0)
        r = status_from(c->run_fd, "status", c, e);
    if (r == -ERR_NOT_FOUND)
        r = status_from(c->dir_fd, "exit.json", c, e);
    if (r == -ERR_NOT_FOUND) {
        status_free(&c->status);
        c->status = (struct status){ .state = RECORD_CREATED };
        r = 0;
    }
    return r < 0 ? err_wrap(e, "container %.12s", c->id) : 0;
}

static int home_of(const struct container *c)
{
    return c->transient ? c->run_fd : c->dir_fd;
}

/* Looks in the directory first, then in the run directory. */
static int load_record(struct container *c, struct err *e)
{
    int r = json_load(&record_table, &c->record, c->dir_fd, RECORD, 0, e);

    if (r != -ERR_NOT_FOUND || c->run_fd < 0)
        return r;
    c->transient = true;
    return json_load(&record_table, &c->record, c->run_fd, RECORD, 0, e);
}

int container_open(const struct paths *p, const char *id, struct container *ret, struct err *e)
{
    CLEANUP(container) struct container c = CONTAINER_INIT;

    snprintf(c.id, sizeof(c.id), "%s", id);
    c.dir_fd = open_dir(p->root_fd, id);
    if (c.dir_fd < 0)
        return errno == ENOENT ? no_such(id, e) : err_sysf(e, "open", "%s/" SUB "%s", p->root, id);
    c.run_fd = open_dir(p->run_fd, id);
    if (c.run_fd < 0 && errno != ENOENT)
        return err_sysf(e, "open", "%s/" SUB "%s", p->runroot, id);
    int r = load_record(&c, e);
    if (r == -ERR_NOT_FOUND)
        return no_such(id, e);
    if (r < 0)
        return err_wrap(e, "container %.12s", id);
    r = container_refresh(&c, e);
    if (r < 0)
        return r;
    *ret = c;
    c = (struct container)CONTAINER_INIT;
    return 0;
}

void container_close(struct container *c)
{
    mem_close(&c->dir_fd);
    mem_close(&c->run_fd);
    record_free(&c->record);
    status_free(&c->status);
}

/* A garbage collector may have removed the directory between mkdir and flock: then its link count
 * is 0 and it must be made anew. */
static int lock_dir(int dir, bool wait)
{
    struct stat st;
    int r;

    do
        r = flock(dir, LOCK_EX | (wait ? 0 : LOCK_NB));
    while (r < 0 && errno == EINTR);
    if (r < 0 || fstat(dir, &st) < 0)
        return -1;
    if (st.st_nlink == 0) {
        errno = ENOENT;
        return -1;
    }
    return 0;
}

int container_make(const struct paths *p, const char *id, struct container *ret, int *ret_lock,
                   struct err *e)
{
    CLEANUP(container) struct container c = CONTAINER_INIT;
    AUTO_FD int all = -1;
    AUTO_FD int lock = -1;

    int r = paths_root_dir(p, "containers", &all, e);
    if (r < 0)
        return r;
    for (int tries = 0; tries < 16 && lock < 0; tries++) {
        if (mkdirat(all, id, 0710) < 0 && errno != EEXIST)
            return err_sysf(e, "mkdir", "%s/" SUB "%s", p->root, id);
        lock = openat(all, id, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        if (lock >= 0 && lock_dir(lock, true) < 0)
            mem_close(&lock);
    }
    /* A descriptor of its own, so that the lock goes with its descriptor alone. */
    c.dir_fd = lock < 0 ? -1 : openat(lock, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (c.dir_fd < 0)
        return err_sysf(e, "open", "%s/" SUB "%s", p->root, id);
    snprintf(c.id, sizeof(c.id), "%s", id);
    *ret = c;
    c = (struct container)CONTAINER_INIT;
    *ret_lock = TAKE_FD(lock);
    return 0;
}

int container_adopt(const struct paths *p, struct container *c, const struct record *rec,
                    struct err *e)
{
    mem_close(&c->dir_fd);
    c->dir_fd = open_dir(p->root_fd, c->id);
    if (c->dir_fd < 0)
        return err_sysf(e, "open", "%s/" SUB "%s", p->root, c->id);
    return json_copy(&record_table, &c->record, rec, e);
}

int container_make_run(const struct paths *p, struct container *c, struct err *e)
{
    char sub[sizeof(SUB) + ID_LEN + 1];

    if (c->run_fd >= 0)
        return 0;
    snprintf(sub, sizeof(sub), SUB "%s", c->id);
    return paths_run_dir(p, sub, &c->run_fd, e);
}

int container_lock(struct container *c, bool wait, int *ret_lock, struct err *e)
{
    AUTO_FD int lock = openat(c->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (lock < 0)
        return errno == ENOENT ? no_such(c->id, e) : err_sys(e, "open", c->id);
    if (lock_dir(lock, wait) == 0) {
        *ret_lock = TAKE_FD(lock);
        return 0;
    }
    if (errno == EWOULDBLOCK)
        return err_set(e, ERR_IN_USE, "container %.12s: another command is working on it", c->id);
    return errno == ENOENT ? no_such(c->id, e) : err_sys(e, "lock", c->id);
}

int container_save_record(struct container *c, struct err *e)
{
    return json_save(&record_table, &c->record, home_of(c), RECORD, COMMIT_VOLATILE, e);
}

int container_unrecord(const struct container *c, struct err *e)
{
    if (home_of(c) >= 0 && unlinkat(home_of(c), RECORD, 0) < 0 && errno != ENOENT)
        return err_sys(e, "unlink", RECORD);
    return 0;
}

int container_save_config(const struct container *c, const struct config *config, struct err *e)
{
    return json_save(&config_table, config, home_of(c), CONFIG, COMMIT_VOLATILE, e);
}

int container_load_config(const struct container *c, struct config *ret, struct err *e)
{
    int r = config_load(home_of(c), CONFIG, ret, e);

    return r < 0 ? err_wrap(e, "container %.12s", c->id) : 0;
}

int container_save_status(struct container *c, struct err *e)
{
    return json_save(&status_table, &c->status, c->run_fd, "status", COMMIT_VOLATILE, e);
}

int container_save_exit(struct container *c, struct err *e)
{
    return json_save(&status_table, &c->status, c->dir_fd, "exit.json", COMMIT_VOLATILE, e);
}

bool container_running(const struct container *c)
{
    return c->status.state == RECORD_RUNNING || c->status.state == RECORD_PAUSED;
}
