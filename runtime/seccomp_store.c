/* SPDX-License-Identifier: MIT */
/* A container's compiled filter on disk, for the processes that join it. */
#include "base/buf.h"
#include "base/commit.h"
#include "base/fs.h"
#include "runtime/seccomp.h"

#include <fcntl.h>
#include <string.h>

struct head {
    uint32_t flags;
    uint32_t insns;
};

#define FILE_MAX (sizeof(struct head) + BPF_MAXINSNS * sizeof(struct sock_filter))

int seccomp_save(int dirfd, const char *name, const struct seccomp_filter *f, struct err *e)
{
    const struct head head = { .flags = f->flags, .insns = (uint32_t)f->len };
    AUTO_BUF struct buf b = { 0 };

    buf_add(&b, &head, sizeof(head));
    buf_add(&b, f->insns, f->len * sizeof(*f->insns));
    return b.failed ? err_nomem(e)
                    : commit_file(dirfd, name, b.data, b.len, 0600, COMMIT_VOLATILE, e);
}

int seccomp_restore(int dirfd, const char *name, struct seccomp_filter *ret, struct err *e)
{
    AUTO_FD int fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    AUTO_FREE char *text = NULL;
    struct head head;
    size_t len;

    if (fd < 0)
        return errno == ENOENT ? 0 : err_sys(e, "open", name);
    int r = fs_read_fd(fd, name, FILE_MAX, &text, &len, e);
    if (r < 0)
        return r;
    if (len >= sizeof(head))
        memcpy(&head, text, sizeof(head));
    if (len < sizeof(head) || head.insns == 0 || head.insns > BPF_MAXINSNS ||
        len != sizeof(head) + head.insns * sizeof(struct sock_filter))
        return err_set(e, ERR_CORRUPT, "%s is no filter", name);
    memmove(text, text + sizeof(head), len - sizeof(head));
    struct sock_filter *insns = (struct sock_filter *)(void *)TAKE_PTR(text);
    *ret = (struct seccomp_filter){
        .insns = insns, .len = head.insns, .flags = head.flags, .own = insns
    };
    return 1;
}
