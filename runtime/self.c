/* SPDX-License-Identifier: MIT */
/* The program's own executable, out of the reach of containers that may trace. */
#include "runtime/self.h"

#include "base/fs.h"
#include "base/mem.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>

#define EXE         "/proc/self/exe"
#define CMDLINE_MAX (4u << 20)
#define SEALS       (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

extern char **environ;

/* The arguments as the kernel has them: NUL after each. The vector points into `text`. */
static char **split_args(char *text, size_t len)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++)
        n += text[i] == '\0';
    char **argv = calloc(n + 1, sizeof(*argv));
    for (size_t i = 0; argv && i < n; i++) {
        argv[i] = text;
        text += strlen(text) + 1;
    }
    return argv;
}

static int open_readonly(int *ret, struct err *e)
{
    struct mount_attr ro = { .attr_set = MOUNT_ATTR_RDONLY };
    AUTO_FD int tree = open_tree(AT_FDCWD, EXE, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

    if (tree < 0)
        return err_sys(e, "open_tree", EXE);
    if (mount_setattr(tree, "", AT_EMPTY_PATH, &ro, sizeof(ro)) < 0)
        return err_sys(e, "mount_setattr", EXE);
    *ret = TAKE_FD(tree);
    return 0;
}

/* Where mounts cannot be made read-only by descriptor: a copy in memory that nobody can write. */
static int open_copy(int *ret, struct err *e)
{
    AUTO_FD int exe = open(EXE, O_RDONLY | O_CLOEXEC);
    AUTO_FD int copy = memfd_create("hako", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    struct stat st;

    if (exe < 0 || fstat(exe, &st) < 0)
        return err_sys(e, "open", EXE);
    if (copy < 0)
        return err_sys(e, "memfd_create", NULL);
    for (off_t left = st.st_size; left > 0;) {
        ssize_t n = sendfile(copy, exe, NULL, (size_t)left);
        if (n <= 0)
            return err_sys(e, "copy", EXE);
        left -= n;
    }
    if (fchmod(copy, 0500) < 0 || fcntl(copy, F_ADD_SEALS, SEALS) < 0)
        return err_sys(e, "seal", "memfd");
    *ret = TAKE_FD(copy);
    return 0;
}

/* Is it what one of the two above has made? */
static int is_sealed(bool *ret, struct err *e)
{
    struct statfs fs;

    if (statfs(EXE, &fs) < 0)
        return err_sys(e, "statfs", EXE);
    *ret = fs.f_flags & ST_RDONLY;
    if (*ret || fs.f_type != TMPFS_MAGIC)
        return 0;
    AUTO_FD int fd = open(EXE, O_RDONLY | O_CLOEXEC);
    int seals = fd >= 0 ? fcntl(fd, F_GET_SEALS) : -1;
    *ret = seals >= 0 && (seals & F_SEAL_WRITE);
    return 0;
}

int self_seal(struct err *e)
{
    AUTO_FREE char *cmdline = NULL;
    AUTO_FD int tree = -1;
    bool sealed = false;
    size_t len;
    int r = is_sealed(&sealed, e);

    if (r < 0 || sealed)
        return r;
    r = fs_read(AT_FDCWD, "/proc/self/cmdline", CMDLINE_MAX, &cmdline, &len, e);
    if (r >= 0)
        r = open_readonly(&tree, e);
    if (r < 0 && e->errnum == ENOSYS)
        r = open_copy(&tree, e);
    if (r < 0)
        return r;
    AUTO_FREE char **argv = split_args(cmdline, len);
    if (!argv)
        return err_nomem(e);
    execveat(tree, "", argv, environ, AT_EMPTY_PATH);
    return err_sys(e, "execveat", EXE);
}
