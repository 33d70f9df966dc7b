/* SPDX-License-Identifier: MIT */
/* The socket between the launching process and its child: one message, one packet. */
#include "runtime/sync.h"

#include "base/errno_text.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/proc.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define HEADER offsetof(struct sync_msg, text)

int sync_pair(int ret[2], struct err *e)
{
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ret) < 0)
        return err_sys(e, "socketpair", NULL);
    return 0;
}

/* The child writes with write(2), which works on exec.fifo, too, and is what filters allow; the
 * parent must not die of SIGPIPE. */
static int send_msg(int sock, const struct sync_msg *m, size_t len, int fd)
{
    if (fd < 0 && m->kind != SYNC_GO)
        return fs_write_all(sock, m, len);
    return proc_send_fds(sock, m, len, &fd, fd >= 0 ? 1 : 0) < 0 ? -1 : 0;
}

int sync_send(int sock, enum sync_kind kind, int num, int fd)
{
    struct sync_msg m = { .kind = kind, .num = num };

    return send_msg(sock, &m, HEADER, fd);
}

int sync_send_text(int sock, enum sync_kind kind, const char *text)
{
    struct sync_msg m = { .kind = kind };

    snprintf(m.text, sizeof(m.text), "%s", text);
    return send_msg(sock, &m, HEADER + strlen(m.text) + 1, -1);
}

int sync_send_err(int sock, const struct err *err)
{
    struct sync_msg m = { .kind = SYNC_ERR, .err = *err };

    return send_msg(sock, &m, sizeof(m), -1);
}

int sync_recv(int sock, struct sync_msg *ret, int *ret_fd)
{
    int fd;

    memset(ret, 0, HEADER);
    ssize_t n = proc_recv_fds(sock, ret, sizeof(*ret), &fd, 1);
    if (ret_fd)
        *ret_fd = fd;
    else if (fd >= 0)
        close(fd);
    if (n == 0)
        return 0;
    if (n > 0 && (size_t)n < HEADER) {
        errno = EBADMSG;
        return -1;
    }
    if (n > 0 && (size_t)n < sizeof(*ret))
        memset((char *)ret + n, 0, sizeof(*ret) - (size_t)n);
    if (n > 0 && ret->kind == SYNC_WARN)
        ret->text[sizeof(ret->text) - 1] = '\0';
    return n < 0 ? -1 : 1;
}

/* What execve(2) says about the file, and what it says about our request. */
static enum err_kind exec_kind(int errnum)
{
    switch (errnum) {
    case ENOENT:
    case ENOTDIR:
    case ELOOP:
    case ENAMETOOLONG: return ERR_CMD_NOT_FOUND;
    default: return ERR_CMD_NOT_EXEC;
    }
}

const char *sync_reason(int errnum)
{
    switch (errnum) {
    case ENOENT: return "no such file or directory";
    case EACCES: return "permission denied";
    case EPERM: return "operation not permitted";
    case ENOEXEC: return "exec format error";
    case EISDIR: return "is a directory: permission denied"; /* engines look for these words: 126 */
    case ENOTDIR: return "not a directory";
    case E2BIG: return "argument list too long";
    default: return errno_text(errnum);
    }
}

int sync_error(const struct sync_msg *m, const char *command, struct err *e)
{
    if (m->kind == SYNC_ERR) {
        *e = m->err;
        err_tame(e);
        return -e->kind;
    }
    err_set(e, exec_kind(m->num), "exec %s: %s", command, sync_reason(m->num));
    if (m->num == ENOENT)
        err_hint(e, "the file is there, but the interpreter of its #! line or its dynamic loader "
                    "is missing in the image");
    if (m->num == ENOEXEC)
        err_hint(e, "the file is no program for this machine: wrong architecture, or a script "
                    "without a #! line");
    return -e->kind;
}
