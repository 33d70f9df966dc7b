/* SPDX-License-Identifier: MIT */
/* The program's own executable, out of the reach of containers that may trace. */
#include "runtime/self.h"

#include "base/fs.h"
#include "base/mem.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/statvfs.h>

#define EXE         "/proc/self/exe"
#define CMDLINE_MAX (4u << 20)

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

int self_seal(struct err *e)
{
    AUTO_FREE char *cmdline = NULL;
    AUTO_FD int tree = -1;
    struct statvfs fs;
    size_t len;

    if (statvfs(EXE, &fs) < 0)
        return err_sys(e, "statfs", EXE);
    if (fs.f_flag & ST_RDONLY)
        return 0;
    int r = fs_read(AT_FDCWD, "/proc/self/cmdline", CMDLINE_MAX, &cmdline, &len, e);
    if (r >= 0)
        r = open_readonly(&tree, e);
    if (r < 0)
        return r;
    AUTO_FREE char **argv = split_args(cmdline, len);
    if (!argv)
        return err_nomem(e);
    execveat(tree, "", argv, environ, AT_EMPTY_PATH);
    return err_sys(e, "execveat", EXE);
}
