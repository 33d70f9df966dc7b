/* SPDX-License-Identifier: MIT */
/* Finishes the work of monitors that were killed. */
#include "engine/heal.h"

#include "base/commit.h"
#include "base/fs.h"
#include "base/str.h"
#include "base/utc.h"
#include "cgroup/cgroup_oom.h"
#include "engine/group.h"
#include "engine/life.h"
#include "engine/names.h"
#include "engine/teardown.h"
#include "engine/volume.h"

#include <fcntl.h>

/* What commit_file() of a killed process left. */
static void remove_temporary(int dirfd)
{
    AUTO_STRV char **files = NULL;
    struct err ignored = ERR_INIT;

    if (dirfd < 0 || fs_list(dirfd, ".", &files, &ignored) < 0)
        return;
    strv_foreach (f, files)
        if (str_starts(*f, COMMIT_TEMP_PREFIX))
            unlinkat(dirfd, *f, 0);
}

/* True when the monitor could still write the container's last words beside the record. */
static bool recall_end(struct container *c)
{
    struct status last;
    struct err ignored = ERR_INIT;

    if (json_load(&status_table, &last, c->dir_fd, "exit.json", 0, &ignored) < 0)
        return false;
    if (last.state != RECORD_STOPPED || last.started != c->status.started || last.started == 0) {
        status_free(&last);
        return false;
    }
    status_free(&c->status);
    c->status = last;
    return true;
}

/* Writes the end that the monitor could not write, unless it could, or had begun nothing. */
static int record_end(struct container *c, struct err *e)
{
    struct status *s = &c->status;

    if (s->monitor_pid == 0)
        return 0;
    if (!recall_end(c)) {
        s->state = RECORD_STOPPED;
        s->exit_code = 137;
        s->finished = utc_now_ns();
        s->pid = 0;
        s->monitor_pid = 0;
        if (str_set(&s->error, "its monitor was killed") < 0)
            return err_nomem(e);
        int r = container_save_exit(c, e);
        if (r < 0)
            return r;
    }
    return container_save_status(c, e);
}

/* Kills for lack of memory that the monitor did not live to note; the group is still there. */
static void note_oom(struct container *c)
{
    AUTO_GROUP struct group g = GROUP_INIT;
    AUTO_CGROUP_OOM struct cgroup_oom watch = CGROUP_OOM_INIT;
    struct status *s = &c->status;
    struct err ignored = ERR_INIT;
    AUTO_OOM struct oom found = { .kills = s->oom ? s->oom->kills : 0 };

    if (s->monitor_pid == 0 || group_open(&c->record, &g, &ignored) < 0)
        return;
    cgroup_oom_open(&g.cgroup, &watch);
    cgroup_oom_rewind(&watch, found.kills);
    if (cgroup_oom_look(&watch, &g.cgroup, &found, &ignored) != 1)
        return;
    if (!s->oom && !(s->oom = calloc(1, sizeof(*s->oom))))
        return;
    oom_free(s->oom);
    *s->oom = found;
    found = (struct oom){ 0 };
    s->oom->time = utc_now_ns();
    s->oom_killed = true;
}

/* A --rm container is gone after its end, and one that `run` could not finish was never there. */
static bool is_to_go(const struct container *c)
{
    return c->status.fresh || (c->record.auto_remove && c->status.monitor_pid != 0);
}

static int heal_locked(const struct paths *p, struct container *c, struct err *e)
{
    struct err first = ERR_INIT;

    int r = container_refresh(c, e);
    if (r < 0 || !life_lost(c))
        return r;
    bool to_go = is_to_go(c);
    if (!to_go)
        note_oom(c);
    err_collect(&first, teardown(p, c, e), e);
    remove_temporary(c->run_fd);
    remove_temporary(c->dir_fd);
    if (to_go)
        err_collect(&first, volume_drop_anonymous(p, &c->record, e), e);
    err_collect(&first, to_go ? teardown_remove(p, c, e) : record_end(c, e), e);
    if (first.kind != ERR_NONE) {
        *e = first;
        return err_wrap(e, "repair container %.12s", c->id);
    }
    life_forget(c);
    return to_go ? err_set(e, ERR_NOT_FOUND, "No such container: %s", c->id) : 0;
}

int heal(const struct paths *p, struct container *c, struct err *e)
{
    AUTO_FD int lock = -1;

    if (!life_lost(c))
        return 0;
    int r = container_lock(c, true, &lock, e);
    return r < 0 ? r : heal_locked(p, c, e);
}

/* How often a container may end or be healed while it is being looked at. */
#define LOOKS 8

/* Its status was read before its monitor's end, or another's repair, was written. */
static bool is_stale(const struct container *c)
{
    return c->status.monitor_pid != 0 && !life_held(c->run_fd);
}

int heal_open_id(const struct paths *p, const char *id, struct container *ret, struct err *e)
{
    CLEANUP(container) struct container c = CONTAINER_INIT;
    int r;

    for (int i = 0; i < LOOKS; i++) {
        container_close(&c);
        r = container_open(p, id, &c, e);
        if (r >= 0)
            r = heal(p, &c, e);
        if (r < 0)
            return r;
        if (!is_stale(&c))
            break;
    }
    *ret = c;
    c = (struct container)CONTAINER_INIT;
    return 0;
}

int heal_open(const struct paths *p, const char *name, struct container *ret, struct err *e)
{
    char id[ID_LEN + 1];

    int r = names_resolve(p, name, id, e);
    if (r >= 0)
        r = heal_open_id(p, id, ret, e);
    if (r == -ERR_NOT_FOUND)
        return err_set(e, ERR_NOT_FOUND, "No such container: %s", name);
    return r;
}
