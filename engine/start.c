/* SPDX-License-Identifier: MIT */
/* Creates and starts containers: the plan is handed to a monitor, whose outcome comes back. */
#include "engine/engine.h"

#include "base/fs.h"
#include "base/proc.h"
#include "base/str.h"
#include "engine/client.h"
#include "engine/create.h"
#include "engine/freeze.h"
#include "engine/heal.h"
#include "engine/life.h"
#include "engine/monitor/monitor.h"
#include "engine/plan.h"
#include "engine/teardown.h"
#include "engine/volume.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

/* How long a start that is not wanted any more may go on before it is left to itself. */
#define CANCEL_MS 10000

static int check_cidfile(const char *path, struct err *e)
{
    if (!path || access(path, F_OK) < 0)
        return 0;
    err_set(e, ERR_EXISTS, "container ID file found: %s", path);
    return err_hint(e, "make sure the other container isn't running, or delete the file");
}

static int write_cidfile(const char *path, const char *id, struct err *e)
{
    if (str_empty(path))
        return 0;
    AUTO_FD int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0)
        return err_sys(e, "create container ID file", path);
    if (fs_write_all(fd, id, strlen(id)) == 0)
        return 0;
    int r = err_sys(e, "write", path);
    unlink(path);
    return r;
}

static void drop_cidfile(const char *path)
{
    if (!str_empty(path))
        unlink(path);
}

/* They are filled by the first start. */
static int make_volumes(const struct paths *p, const struct container *c, struct err *e)
{
    struct err ignored;
    int r = 0;

    for (size_t i = 0; r >= 0 && i < c->record.n_mounts; i++) {
        const struct record_mount *m = &c->record.mounts[i];
        if (STREQ(m->type, VOLUME_TYPE))
            r = volume_make(p, m->name, m->anonymous, NULL, NULL, e);
    }
    if (r < 0) {
        volume_drop_anonymous(p, &c->record, &ignored);
        teardown_remove(p, c, &ignored);
    }
    return r;
}

int engine_create(const struct paths *p, const struct run_args *args,
                  char ret_id[ENGINE_ID_LEN + 1], struct err *e)
{
    CLEANUP(plan) struct plan plan = { 0 };
    CLEANUP(container) struct container c = CONTAINER_INIT;
    AUTO_FD int lock = -1;

    int r = check_cidfile(args->cidfile, e);
    if (r >= 0)
        r = plan_make(p, args, &plan, e);
    if (r >= 0)
        r = write_cidfile(args->cidfile, plan.id, e);
    if (r < 0)
        return r;
    r = create_container(p, &plan, &c, &lock, e);
    if (r >= 0)
        r = make_volumes(p, &c, e);
    if (r < 0) {
        drop_cidfile(args->cidfile);
        return r;
    }
    memcpy(ret_id, plan.id, sizeof(plan.id));
    return 0;
}

/* Until the monitor says something; tells it when the caller changes his mind. */
static int await_word(struct attach *a, int stop_fd, struct err *e)
{
    struct pollfd p[] = { { .fd = a->fd, .events = POLLIN }, { .fd = stop_fd, .events = POLLIN } };
    int timeout = -1;

    for (;;) {
        int n = poll(p, ARRAY_LEN(p), timeout);
        if (n == 0)
            return err_set(e, ERR_TIMEOUT,
                           "interrupted: the start could not be taken back in time");
        if (n < 0 && errno != EINTR)
            return err_sys(e, "poll", NULL);
        if (n > 0 && p[0].revents)
            return 0;
        if (n > 0 && p[1].revents) {
            int r = attach_cancel(a, e);
            if (r < 0)
                return r;
            p[1].fd = -1;
            timeout = CANCEL_MS;
        }
    }
}

/* The monitor says STARTED, or why not. Detached, nothing else is wanted of it. */
static int await_start(struct attach *a, int stop_fd, struct err *e)
{
    AUTO_FREE char *buf = malloc(ATTACH_DATA_MAX + 1);
    struct attach_event ev;

    if (!buf)
        return err_nomem(e);
    int r = await_word(a, stop_fd, e);
    if (r >= 0)
        r = attach_next(a, buf, &ev, e);
    if (r >= 0 && ev.type != ATTACH_MSG_STARTED)
        return err_set(e, ERR_CORRUPT, "unexpected message %d from the monitor", ev.type);
    return r;
}

/* Forks the monitor and waits for the outcome. `job` is the monitor's: it runs from a copy. */
static int launch(struct monitor_job *job, int stop_fd, struct attach **ret_session, struct err *e)
{
    AUTO_ATTACH struct attach *a = NULL;
    int sock[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sock) < 0)
        return err_sys(e, "socketpair", NULL);
    job->client_fd = sock[1];
    pid_t pid = proc_clone(0, -1, NULL);
    if (pid == 0)
        monitor_main(job);
    close(sock[1]);
    int r = client_new(sock[0], &a, e);
    if (pid < 0)
        return err_sys(e, "fork", "monitor");
    if (r >= 0)
        r = await_start(a, stop_fd, e);
    if (r < 0)
        return r;
    if (ret_session)
        *ret_session = TAKE_PTR(a);
    return 0;
}

int engine_run(const struct paths *p, const struct run_args *args,
               const struct engine_caller *caller, char ret_id[ENGINE_ID_LEN + 1],
               struct attach **ret_session, struct err *e)
{
    CLEANUP(plan) struct plan plan = { 0 };
    struct monitor_job job = { .paths = p,
                               .plan = &plan,
                               .lock_fd = -1,
                               .fresh = true,
                               .streams = ret_session ? caller->streams : 0 };

    int r = check_cidfile(args->cidfile, e);
    if (r >= 0)
        r = plan_make(p, args, &plan, e);
    if (r >= 0)
        r = write_cidfile(args->cidfile, plan.id, e);
    if (r < 0)
        return r;
    r = launch(&job, caller->stop_fd, ret_session, e);
    if (r < 0) {
        drop_cidfile(args->cidfile);
        return r;
    }
    memcpy(ret_id, plan.id, sizeof(plan.id));
    return 0;
}

/* Reads what create wrote. */
static int plan_of(struct container *c, struct plan *ret, struct err *e)
{
    int r = container_load_config(c, &ret->config, e);

    if (r < 0)
        return r;
    memcpy(ret->id, c->id, sizeof(ret->id));
    return json_copy(&record_table, &ret->record, &c->record, e);
}

static int start_running(const struct paths *p, struct container *c, const char *name,
                         const struct engine_caller *caller, struct attach **ret_session,
                         struct err *e)
{
    AUTO_CGROUP_TREE struct cgroup_tree tree = CGROUP_TREE_INIT;

    freeze_look(c, &tree);
    if (c->status.state == RECORD_PAUSED)
        return err_set(e, ERR_STATE, "cannot start a paused container, try unpause instead");
    return ret_session ? engine_attach(p, name, caller->streams, ret_session, e) : 0;
}

int engine_start(const struct paths *p, const char *name, const struct engine_caller *caller,
                 struct attach **ret_session, struct err *e)
{
    CLEANUP(container) struct container c = CONTAINER_INIT;
    CLEANUP(plan) struct plan plan = { 0 };
    AUTO_FD int lock = -1;

    int r = heal_open(p, name, &c, e);
    if (r >= 0)
        r = container_lock(&c, true, &lock, e);
    if (r >= 0)
        r = container_refresh(&c, e);
    if (r < 0)
        return r;
    if (container_running(&c)) {
        mem_close(&lock);
        return start_running(p, &c, name, caller, ret_session, e);
    }
    life_wait(&c); /* its last monitor may still be cleaning up */
    r = plan_of(&c, &plan, e);
    struct monitor_job job = { .paths = p,
                               .plan = &plan,
                               .lock_fd = lock,
                               .fresh = false,
                               .streams = ret_session ? caller->streams : 0 };
    return r < 0 ? r : launch(&job, caller->stop_fd, ret_session, e);
}
