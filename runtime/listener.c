/* SPDX-License-Identifier: MIT */
/* Seccomp's notification descriptor: from the child to the agent at linux.seccomp.listenerPath. */
#include "runtime/listener.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/sys.h"
#include "oci/annotation.h"
#include "oci/state.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

static int connect_agent(const char *path, int *ret, struct err *e)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    AUTO_FD int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (strlen(path) >= sizeof(addr.sun_path))
        return err_set(e, ERR_INVALID, "seccomp listener %s: the path is too long", path);
    strcpy(addr.sun_path, path);
    if (sock < 0 || connect(sock, (struct sockaddr *)&addr, sizeof(addr)) < 0)
        return err_sys(e, "connect to the seccomp listener", path);
    *ret = TAKE_FD(sock);
    return 0;
}

/* Borrows everything: written at once, never freed. */
static int describe(const struct launch_proc *p, struct buf *out, struct err *e)
{
    char name[] = "seccompFd", version[] = CONFIG_OCI_VERSION;
    char *fds[] = { name, NULL };
    const struct config_seccomp *sc = p->config->lnx.seccomp;
    struct state_container_process doc = {
        .oci_version = version,
        .fds = fds,
        .pid = p->pid,
        .metadata = sc->listener_metadata,
        .state = *p->state,
    };

    if (p->launch) { /* nobody has told it the pid yet */
        doc.state.status = STATE_CREATING;
        doc.state.pid = p->pid;
    }
    json_write(&state_container_process_table, &doc, JSON_COMPACT, out);
    return out->failed ? err_nomem(e) : 0;
}

/* The spec's field, or crun's annotation. */
static const char *path_of(const struct config *c)
{
    if (!c->lnx.seccomp)
        return NULL;
    if (!str_empty(c->lnx.seccomp->listener_path))
        return c->lnx.seccomp->listener_path;
    const char *path = config_annotation(c, ANNOTATION_SECCOMP_RECEIVER);
    return path && str_starts(path, "unix:") ? path + 5 : path;
}

int listener_hand_over(struct launch_proc *p, int fd, struct err *e)
{
    const char *path = p->config ? path_of(p->config) : NULL;
    AUTO_BUF struct buf text = { 0 };
    AUTO_FD int sock = -1;

    if (str_empty(path) || !p->state)
        return err_set(e, ERR_INVALID,
                       "/linux/seccomp/listenerPath: SCMP_ACT_NOTIFY needs a listener");
    AUTO_FD int listener = (int)syscall(SYS_pidfd_getfd, p->pidfd, fd, 0);
    if (listener < 0)
        return err_sys(e, "pidfd_getfd", "seccomp listener");
    int r = connect_agent(path, &sock, e);
    if (r >= 0)
        r = describe(p, &text, e);
    if (r < 0)
        return r;
    if (proc_send_fds(sock, text.data, text.len, &listener, 1) < 0)
        return err_sys(e, "send to the seccomp listener", path);
    return 0;
}
