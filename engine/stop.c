/* SPDX-License-Identifier: MIT */
/* Signals, stops, waits for and removes containers. */
#include "engine/engine.h"

#include "base/proc.h"
#include "base/str.h"
#include "engine/freeze.h"
#include "engine/group.h"
#include "engine/heal.h"
#include "engine/life.h"
#include "engine/teardown.h"
#include "engine/volume.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>

#define DEFAULT_STOP_TIMEOUT 10 /* seconds, docker's */
/* How long a kill is waited for; what is in an uninterruptible call ends when that does. */
#define KILL_WAIT_MS 10000

static int not_running(const struct container *c, struct err *e)
{
    return err_set(e, ERR_STATE, "container %s is not running", c->id);
}

/* A pidfd that is surely the container's first process: opened, then checked to be no successor
 * of a reused number. -ERR_STATE when it has ended. */
static int open_init(const struct container *c, int *ret_fd, struct err *e)
{
    AUTO_FD int fd = container_running(c) ? proc_pidfd_open(c->status.pid) : -1;

    if (fd < 0 || proc_start_time(c->status.pid) != c->status.pid_start)
        return not_running(c, e);
    *ret_fd = TAKE_FD(fd);
    return 0;
}

/* SIGKILL is for the whole group at once. The end of the first process does end a PID namespace of
 * the container's own, but beside a fork bomb it is long until it gets to it; and in another's
 * namespace the rest would go on. */
static int send_signal(const struct container *c, int pidfd, int sig, struct err *e)
{
    if (proc_pidfd_signal(pidfd, sig) == 0)
        return sig == SIGKILL ? group_kill(&c->record, e) : 0;
    if (errno == ESRCH)
        return not_running(c, e);
    return err_sysf(e, "signal", "container %.12s with %s", c->id,
                    proc_signal_name(sig) ? proc_signal_name(sig) : "a real-time signal");
}

/* Waits for the first process's end, then for its monitor to give everything back. 1 it has ended,
 * 0 not within `ms` (-1: for ever). */
static int wait_end(const struct container *c, int pidfd, int ms, struct err *e)
{
    int n = proc_pidfd_wait(pidfd, ms);

    if (n < 0)
        return err_sys(e, "poll", "pidfd");
    if (n > 0)
        life_wait(c);
    return n > 0;
}

/* docker's rule: a signal that is to end it lets a paused one go on. SIGKILL needs no help. */
static bool is_to_end(const struct container *c, int sig)
{
    const char *stop = c->record.stop_signal;

    return sig != SIGKILL && (!stop || proc_signal_number(stop) == sig);
}

int engine_kill(const struct paths *p, const char *name, int sig, struct err *e)
{
    CLEANUP(container) struct container c = CONTAINER_INIT;
    AUTO_FD int pidfd = -1;

    int r = heal_open(p, name, &c, e);
    if (r >= 0)
        r = open_init(&c, &pidfd, e);
    if (r >= 0)
        r = send_signal(&c, pidfd, sig, e);
    if (r >= 0 && is_to_end(&c, sig))
        r = freeze_thaw(&c, e);
    if (r >= 0 && sig == SIGKILL)
        r = wait_end(&c, pidfd, KILL_WAIT_MS, e);
    if (r == 0 && sig == SIGKILL)
        r = err_set(e, ERR_TIMEOUT, "it was killed, and has not ended within %d seconds",
                    KILL_WAIT_MS / 1000);
    return r < 0 ? err_wrap(e, "Cannot kill container: %s", name) : 0;
}

static int timeout_ms(const struct container *c, int64_t asked)
{
    int64_t s = asked != ARG_UNSET           ? asked
                : c->record.stop_timeout.set ? c->record.stop_timeout.val
                                             : DEFAULT_STOP_TIMEOUT;

    return s < 0 ? -1 : s > INT32_MAX / 1000 ? INT32_MAX : (int)(s * 1000);
}

/* Sends a running container the signal; *ret_pidfd stays -1 when it has ended by itself. */
static int ask(const struct container *c, int sig, int *ret_pidfd, struct err *e)
{
    AUTO_FD int pidfd = -1;
    int r = open_init(c, &pidfd, e);

    if (r >= 0)
        r = send_signal(c, pidfd, sig, e);
    if (r >= 0 && sig != SIGKILL)
        r = freeze_thaw(c, e);
    if (r >= 0)
        *ret_pidfd = TAKE_FD(pidfd);
    return r == -ERR_STATE ? 0 : r;
}

/* Waits for the end of a container that was running; SIGKILL after `ms`. */
static int await_stop(const struct paths *p, struct container *c, int pidfd, int ms, struct err *e)
{
    int r = pidfd < 0 ? -ERR_STATE : wait_end(c, pidfd, ms, e);

    if (r == 0) {
        r = send_signal(c, pidfd, SIGKILL, e);
        if (r >= 0)
            r = wait_end(c, pidfd, -1, e);
    }
    if (r == -ERR_STATE) { /* it ended by itself; its monitor is cleaning up */
        life_wait(c);
        err_clear(e);
        r = 0;
    }
    if (r >= 0)
        r = container_refresh(c, e);
    return r < 0 ? r : heal(p, c, e);
}

static int stop_open(const struct paths *p, struct container *c, int sig, int ms, struct err *e)
{
    AUTO_FD int pidfd = -1;

    if (!container_running(c))
        return 0;
    int r = ask(c, sig, &pidfd, e);
    return r < 0 ? r : await_stop(p, c, pidfd, ms, e);
}

struct engine_stopping {
    struct container c;
    const char *name;
    bool running;
    int pidfd;
    int64_t deadline_ms; /* on the monotonic clock; -1: never */
};

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static int stop_failed(const char *name, struct err *e)
{
    return err_wrap(e, "cannot stop container: %s", name);
}

int engine_stop_begin(const struct paths *p, const char *name, int sig, int64_t timeout_s,
                      struct engine_stopping **ret, struct err *e)
{
    CLEANUP(engine_stopping) struct engine_stopping *s = calloc(1, sizeof(*s));

    if (!s)
        return err_nomem(e);
    *s = (struct engine_stopping){ .c = CONTAINER_INIT, .name = name, .pidfd = -1 };
    int r = heal_open(p, name, &s->c, e);
    if (r < 0)
        return r;
    if (sig == 0 && s->c.record.stop_signal)
        sig = proc_signal_number(s->c.record.stop_signal);
    s->running = container_running(&s->c);
    int ms = timeout_ms(&s->c, timeout_s);
    s->deadline_ms = ms < 0 ? -1 : now_ms() + ms;
    if (s->running)
        r = ask(&s->c, sig > 0 ? sig : SIGTERM, &s->pidfd, e);
    if (r < 0)
        return stop_failed(name, e);
    *ret = TAKE_PTR(s);
    return 0;
}

int engine_stop_end(const struct paths *p, struct engine_stopping *s, struct err *e)
{
    int64_t left = s->deadline_ms - now_ms();
    int ms = s->deadline_ms < 0 ? -1 : left < 0 ? 0 : (int)left;
    int r = s->running ? await_stop(p, &s->c, s->pidfd, ms, e) : 0;

    if (r == -ERR_NOT_FOUND && s->c.record.auto_remove) {
        err_clear(e);
        return 0; /* --rm: gone as it should be */
    }
    return r < 0 ? stop_failed(s->name, e) : 0;
}

void engine_stop_free(struct engine_stopping *s)
{
    if (!s)
        return;
    container_close(&s->c);
    mem_close(&s->pidfd);
    free(s);
}

int engine_wait(const struct paths *p, const char *name, int *ret_code, struct err *e)
{
    CLEANUP(container) struct container c = CONTAINER_INIT;
    AUTO_ATTACH struct attach *session = NULL;
    AUTO_FREE char *buf = malloc(ATTACH_DATA_MAX + 1);
    struct attach_event ev;

    if (!buf)
        return err_nomem(e);
    int r = heal_open(p, name, &c, e);
    if (r < 0)
        return r;
    if (container_running(&c)) {
        r = engine_attach(p, name, 0, &session, e);
        do
            r = r < 0 ? r : attach_next(session, buf, &ev, e);
        while (r >= 0 && ev.type != ATTACH_MSG_EXIT);
        if (r >= 0) {
            *ret_code = ev.exit_code;
            return 0;
        }
        /* The monitor may have ended between the look and the connection. */
        r = container_refresh(&c, e);
        if (r >= 0)
            r = heal(p, &c, e);
        if (r >= 0 && c.status.state != RECORD_STOPPED) /* --rm: its last words went with it */
            r = err_set(e, ERR_NOT_FOUND, "No such container: %s", name);
        if (r < 0)
            return r;
    }
    *ret_code = c.status.exit_code;
    return 0;
}

static int refuse_rm(struct container *c, const char *name, struct err *e)
{
    AUTO_CGROUP_TREE struct cgroup_tree tree = CGROUP_TREE_INIT;

    freeze_look(c, &tree);
    if (c->status.state == RECORD_PAUSED)
        return err_set(e, ERR_STATE,
                       "cannot remove container \"%s\": container is paused and must be unpaused "
                       "first",
                       name);
    err_set(e, ERR_STATE, "cannot remove container \"%s\": container is running", name);
    return err_hint(e, "stop the container before removing it, or use rm --force");
}

int engine_rm(const struct paths *p, const char *name, bool force, bool volumes, struct err *e)
{
    CLEANUP(container) struct container c = CONTAINER_INIT;
    AUTO_FD int lock = -1;

    int r = heal_open(p, name, &c, e);
    if (r >= 0 && container_running(&c) && !force)
        return refuse_rm(&c, name, e);
    if (r >= 0)
        r = stop_open(p, &c, SIGKILL, -1, e);
    if (r >= 0)
        r = container_lock(&c, true, &lock, e);
    if (r == -ERR_NOT_FOUND && c.record.auto_remove)
        return 0;
    if (r >= 0)
        r = container_refresh(&c, e);
    if (r >= 0 && container_running(&c))
        r = err_set(e, ERR_STATE, "it was started meanwhile");
    if (r >= 0 && volumes)
        r = volume_drop_anonymous(p, &c.record, e);
    if (r >= 0)
        r = teardown_remove(p, &c, e);
    if (r == -ERR_NOT_FOUND)
        return r;
    return r < 0 ? err_wrap(e, "cannot remove container \"%s\"", name) : 0;
}

int engine_resolve(const struct paths *p, const char *name, char ret_id[ENGINE_ID_LEN + 1],
                   struct err *e)
{
    CLEANUP(container) struct container c = CONTAINER_INIT;

    int r = heal_open(p, name, &c, e);
    if (r < 0)
        return r;
    memcpy(ret_id, c.id, sizeof(c.id));
    return 0;
}
