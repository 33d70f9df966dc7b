/* SPDX-License-Identifier: MIT */
/* The hooks of config.json: programs that get the container's state on stdin. */
#include "runtime/hooks.h"

#include "base/buf.h"
#include "base/errno_text.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/proc.h"
#include "base/str.h"
#include "oci/annotation.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

bool hooks_in_container(const struct config *c)
{
    return c->hooks.create_container.n > 0 || c->hooks.start_container.n > 0;
}

bool hooks_in_runtime(const struct config *c)
{
    return c->hooks.prestart.n > 0 || c->hooks.create_runtime.n > 0;
}

/* A hook that runs: its process, and the end of the socket that is its stdin and of the pipe that
 * is its stderr. */
struct running {
    pid_t pid;
    int pidfd;
    int in;
    int err;
    struct timespec deadline; /* tv_sec 0: none */
};

/* What every hook of a list is given. */
struct given {
    struct buf state;   /* on its stdin */
    const char *bundle; /* its working directory where it can be seen, as with runc and crun */
    const struct hooks_output *out;
    char *const *env; /* of those that the config gives none, as with runc and crun */
};

static int open_failed(const char *key, const char *path, struct err *e)
{
    err_sys(e, "open", path);
    return err_wrap(e, "/annotations/%s", key);
}

/* Opens what the annotation names for appending; none: -1. */
static int open_output(const struct json_map *annotations, const char *key, int *ret, struct err *e)
{
    const char *path = json_map_get(annotations, key);

    *ret = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600) : -1;
    return path && *ret < 0 ? open_failed(key, path, e) : 0;
}

int hooks_open_output(const struct json_map *annotations, struct hooks_output *ret, struct err *e)
{
    struct hooks_output o = HOOKS_OUTPUT_INIT;
    int r = open_output(annotations, ANNOTATION_HOOKS_STDOUT, &o.out, e);

    if (r >= 0)
        r = open_output(annotations, ANNOTATION_HOOKS_STDERR, &o.err, e);
    if (r < 0)
        hooks_close_output(&o);
    else
        *ret = o;
    return r;
}

void hooks_close_output(struct hooks_output *o)
{
    if (o->out >= 0)
        mem_close(&o->out);
    if (o->err >= 0)
        mem_close(&o->err);
}
DEFINE_CLEANUP(struct hooks_output, hooks_output, hooks_close_output(p))

/* In the child: stdio, environment and nothing else of ours. Its session is its own, so
 * that its children end with it when its time is over. */
static _Noreturn void run(const struct config_hook *h, const struct given *g, int in, int err)
{
    char *self[] = { h->path, NULL };

    proc_default_signals();
    setsid();
    if (g->bundle)
        (void)!chdir(g->bundle);
    if (dup2(in, 0) >= 0 && (g->out->out < 0 || dup2(g->out->out, 1) >= 0) && dup2(err, 2) >= 0) {
        proc_cloexec_from(3);
        execve(h->path, h->args && *h->args ? h->args : self, h->env ? h->env : g->env);
    }
    dprintf(2, "%s\n", errno_text(errno));
    _exit(127);
}

static int start(const struct config_hook *h, const struct given *g, struct running *ret,
                 struct err *e)
{
    int in[2], err[2];

    /* A socket, because a hook that does not read its stdin must not kill us by SIGPIPE. */
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in) < 0)
        return err_sys(e, "socketpair", NULL);
    AUTO_FD int in_ours = in[0];
    AUTO_FD int in_theirs = in[1];
    if (pipe2(err, O_CLOEXEC) < 0)
        return err_sys(e, "pipe", NULL);
    AUTO_FD int err_ours = err[0];
    AUTO_FD int err_theirs = err[1];
    int pidfd = -1;
    pid_t pid = proc_clone(0, -1, &pidfd);
    if (pid < 0)
        return err_sys(e, "clone3", h->path);
    if (pid == 0)
        run(h, g, in_theirs, g->out->err >= 0 ? g->out->err : err_theirs);
    *ret = (struct running){
        .pid = pid, .pidfd = pidfd, .in = TAKE_FD(in_ours), .err = TAKE_FD(err_ours)
    };
    if (h->timeout.set) {
        clock_gettime(CLOCK_MONOTONIC, &ret->deadline);
        ret->deadline.tv_sec += h->timeout.val;
    }
    return 0;
}

static int remaining_ms(const struct running *r)
{
    struct timespec now;

    if (r->deadline.tv_sec == 0)
        return -1;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t ms = (int64_t)(r->deadline.tv_sec - now.tv_sec) * 1000 +
                 (r->deadline.tv_nsec - now.tv_nsec) / 1000000;
    return ms > 0 ? (int)ms : 0;
}

/* Keeps the end of what it says; reads until it ends, or its time does. */
static bool drain(struct running *r, char *tail, size_t len)
{
    size_t have = 0;

    for (;;) {
        struct pollfd p[2] = { { .fd = r->err, .events = POLLIN },
                               { .fd = r->pidfd, .events = POLLIN } };
        int n = poll(p, 2, remaining_ms(r));
        if (n == 0)
            return false;
        if (n < 0 && errno == EINTR)
            continue;
        if (p[0].revents) {
            if (have > len / 2) {
                memmove(tail, tail + have - len / 4, len / 4);
                have = len / 4;
            }
            ssize_t got = read(r->err, tail + have, len - 1 - have);
            if (got > 0) {
                have += (size_t)got;
                tail[have] = '\0';
                continue;
            }
            mem_close(&r->err);
        }
        if (p[1].revents || n < 0)
            return true;
    }
}

static const char *last_line(char *text)
{
    char *end = str_trim(text);
    char *nl = strrchr(end, '\n');

    return nl ? nl + 1 : end;
}

static int judge(const struct config_hook *h, const char *kind, int status, char *said,
                 struct err *e)
{
    const char *line = last_line(said);
    const char *sep = *line ? ": " : "";

    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    if (WIFSIGNALED(status))
        return err_set(e, ERR_INVALID, "%s hook %s: killed by %s%s%s", kind, h->path,
                       proc_signal_name(WTERMSIG(status)), sep, line);
    return err_set(e, ERR_INVALID, "%s hook %s: exit status %d%s%s", kind, h->path,
                   WEXITSTATUS(status), sep, line);
}

/* The state is far smaller than a socket's buffer, so this never waits for the hook. */
static void feed(struct running *r, const char *state, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t n = send(r->in, state + done, len - done, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n <= 0)
            break;
        done += (size_t)n;
    }
    mem_close(&r->in);
}

/* With all of its session that has not left it. Not reaped yet, it still holds that id. */
static void end(const struct running *r)
{
    kill(-r->pid, SIGKILL);
    proc_pidfd_signal(r->pidfd, SIGKILL); /* it may not have come as far as to have a session */
}

static int run_one(const struct config_hook *h, const char *kind, const struct given *g,
                   struct err *e)
{
    struct running r;
    char said[1024] = "";
    int ret = start(h, g, &r, e);

    if (ret < 0)
        return err_wrap(e, "%s hook %s", kind, h->path);
    feed(&r, g->state.data, g->state.len);
    bool ended = drain(&r, said, sizeof(said));
    if (!ended)
        end(&r);
    int status = proc_wait(r.pid);
    if (r.err >= 0)
        close(r.err);
    close(r.pidfd);
    if (!ended)
        return err_set(e, ERR_TIMEOUT, "%s hook %s: not finished after %d s", kind, h->path,
                       h->timeout.val);
    return judge(h, kind, status, said, e);
}

static int write_state(const struct state *st, struct buf *ret, struct err *e)
{
    json_write(&state_table, st, JSON_COMPACT, ret);
    return ret->failed ? err_nomem(e) : 0;
}

int hooks_run_to(const struct hooks_output *o, char *const *env,
                 const struct config_hook_list *list, const char *kind, const struct state *st,
                 struct err *e)
{
    struct given g = { .bundle = st->bundle, .out = o, .env = env };
    int r = list->n > 0 ? write_state(st, &g.state, e) : 0;

    for (size_t i = 0; i < list->n && r >= 0; i++)
        r = run_one(&list->v[i], kind, &g, e);
    buf_free(&g.state);
    return r;
}

int hooks_run(const struct config_hook_list *list, const char *kind, const struct state *st,
              struct err *e)
{
    CLEANUP(hooks_output) struct hooks_output o = HOOKS_OUTPUT_INIT;
    int r = list->n > 0 ? hooks_open_output(&st->annotations, &o, e) : 0;

    return r < 0 ? r : hooks_run_to(&o, environ, list, kind, st, e);
}

void hooks_run_all(const struct config_hook_list *list, const char *kind, const struct state *st)
{
    CLEANUP(hooks_output) struct hooks_output o = HOOKS_OUTPUT_INIT;
    struct given g = { .bundle = st->bundle, .out = &o, .env = environ };
    struct err e = ERR_INIT;

    if (list->n == 0)
        return;
    if (hooks_open_output(&st->annotations, &o, &e) < 0)
        log_warn("%s", e.msg);
    int r = write_state(st, &g.state, &e);
    for (size_t i = 0; i < list->n && r >= 0; i++)
        if (run_one(&list->v[i], kind, &g, &e) < 0)
            log_warn("%s", e.msg);
    buf_free(&g.state);
}
