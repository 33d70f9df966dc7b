/* SPDX-License-Identifier: MIT */
/* Connects to a running container's monitor. */
#include "engine/client.h"

#include "base/fs.h"
#include "engine/engine.h"
#include "engine/heal.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

int client_new(int fd, struct attach **ret, struct err *e)
{
    struct attach *a = calloc(1, sizeof(*a));

    if (!a) {
        close(fd);
        return err_nomem(e);
    }
    a->fd = fd;
    *ret = a;
    return 0;
}

int client_connect(const struct container *c, struct attach **ret, struct err *e)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    char dir[FS_FD_PATH_MAX];
    AUTO_FD int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return err_sys(e, "socket", "attach");
    snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/attach", fs_fd_path(c->run_fd, dir));
    if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
        if (errno == ENOENT || errno == ECONNREFUSED)
            return err_set(e, ERR_STATE, "container %s is not running", c->id);
        return err_sysf(e, "connect", "attach socket of container %.12s", c->id);
    }
    return client_new(TAKE_FD(fd), ret, e);
}

int client_hello(struct attach *a, unsigned streams, struct err *e)
{
    AUTO_FREE char *buf = malloc(ATTACH_DATA_MAX + 1);
    struct attach_event ev;

    if (!buf)
        return err_nomem(e);
    int r = attach_hello(a, streams, e);
    if (r >= 0)
        r = attach_next(a, buf, &ev, e);
    if (r >= 0 && ev.type != ATTACH_MSG_STARTED)
        r = err_set(e, ERR_CORRUPT, "attach: unexpected message %d from the monitor", ev.type);
    return r;
}

int engine_attach(const struct paths *p, const char *name, unsigned streams,
                  struct attach **ret_session, struct err *e)
{
    CLEANUP(container) struct container c = CONTAINER_INIT;
    AUTO_ATTACH struct attach *a = NULL;

    int r = heal_open(p, name, &c, e);
    if (r < 0)
        return r;
    if (!container_running(&c)) {
        err_set(e, ERR_STATE, "container %s is not running", name);
        return err_hint(e, "start it with: hako start --attach %s", name);
    }
    r = client_connect(&c, &a, e);
    if (r >= 0)
        r = client_hello(a, streams, e);
    if (r < 0)
        return err_wrap(e, "attach to %s", name);
    *ret_session = TAKE_PTR(a);
    return 0;
}
