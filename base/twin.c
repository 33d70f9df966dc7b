/* SPDX-License-Identifier: MIT */
/* Tells a static program by its lack of an interpreter, and executes its twin. */
#include "base/twin.h"

#include "base/fs.h"
#include "base/mem.h"
#include "base/program.h"
#include "base/str.h"

#include <fcntl.h>
#include <stdbool.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

#define SUFFIX        "-dynamic"
#define ARGUMENTS     "/proc/self/cmdline"
#define ARGUMENTS_MAX (8u << 20) /* execve(2) takes 6 MiB at most */

static bool is_static(void)
{
    return getauxval(AT_BASE) == 0;
}

/* The file's name, not argv[0], which says what the caller likes. */
static int find(char **ret, struct err *e)
{
    AUTO_FREE char *self = NULL;
    int r = program_self(&self, e);

    if (r < 0)
        return r;
    AUTO_FREE char *name = str_fmt("%s" SUFFIX, strrchr(self, '/') + 1);
    return name ? program_find(name, ret, e) : err_nomem(e);
}

static int split(char *text, size_t len, char ***ret, struct err *e)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++)
        n += text[i] == '\0';
    char **argv = calloc(n + 1, sizeof(*argv));
    if (!argv)
        return err_nomem(e);
    for (size_t i = 0; i < n; i++, text += strlen(text) + 1)
        argv[i] = text;
    *ret = argv;
    return 0;
}

int twin_need(struct err *e)
{
    AUTO_FREE char *path = NULL;
    AUTO_FREE char *text = NULL;
    AUTO_FREE char **argv = NULL;
    size_t len;

    if (!is_static())
        return 0;
    int r = find(&path, e);
    if (r >= 0)
        r = fs_read(AT_FDCWD, ARGUMENTS, ARGUMENTS_MAX, &text, &len, e);
    if (r >= 0)
        r = split(text, len, &argv, e);
    if (r < 0)
        return r;
    execv(path, argv);
    return err_sys(e, "execute", path);
}

int twin_unread(const char *text, size_t len, struct err *e)
{
    if (!is_static())
        return 0;
    AUTO_FD int fd = memfd_create("standard input", MFD_CLOEXEC);
    if (fd < 0)
        return err_sys(e, "memfd_create", NULL);
    if (fs_write_all(fd, text, len) < 0 || lseek(fd, 0, SEEK_SET) < 0)
        return err_sys(e, "write", "memfd");
    return dup2(fd, STDIN_FILENO) < 0 ? err_sys(e, "dup2", "memfd") : 0;
}
