/* SPDX-License-Identifier: MIT */
/* Opens the two trees, making what is missing. */
#include "engine/paths.h"

#include "base/fs.h"
#include "base/str.h"

#include <fcntl.h>

static int open_tree_at(const char *path, mode_t mode, char **ret_path, int *ret_fd, struct err *e)
{
    AUTO_FREE char *whole = NULL;
    AUTO_FD int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0 && errno == ENOENT) {
        int r = fs_mkdir_p(AT_FDCWD, path, mode, e);
        if (r < 0)
            return r;
        fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    if (fd < 0)
        return err_sys(e, "open", path);
    whole = path[0] == '/' ? strdup(path) : realpath(path, NULL);
    if (!whole)
        return err_sys(e, "resolve", path);
    *ret_path = TAKE_PTR(whole);
    *ret_fd = TAKE_FD(fd);
    return 0;
}

/* The option, else the environment, else the default. */
static const char *choose(const char *given, const char *variable, const char *fallback)
{
    const char *env = given ? given : getenv(variable);

    return str_empty(env) ? fallback : env;
}

int paths_open(const char *root, const char *runroot, struct paths *ret, struct err *e)
{
    struct paths p = { .root_fd = -1, .run_fd = -1 };

    int r = open_tree_at(choose(root, "HAKO_ROOT", PATHS_ROOT), 0711, &p.root, &p.root_fd, e);
    if (r >= 0)
        r = open_tree_at(choose(runroot, "HAKO_RUNROOT", PATHS_RUNROOT), 0711, &p.runroot,
                         &p.run_fd, e);
    if (r < 0) {
        paths_close(&p);
        return r;
    }
    *ret = p;
    return 0;
}

void paths_close(struct paths *p)
{
    free(p->root);
    free(p->runroot);
    mem_close(&p->root_fd);
    mem_close(&p->run_fd);
    *p = (struct paths){ .root_fd = -EBADF, .run_fd = -EBADF };
}

static int sub_dir(int tree, const char *tree_path, const char *sub, int *ret_fd, struct err *e)
{
    AUTO_FD int fd = openat(tree, sub, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0 && errno == ENOENT) {
        int r = fs_mkdir_p(tree, sub, 0700, e);
        if (r < 0)
            return r;
        fd = openat(tree, sub, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    if (fd < 0)
        return err_sysf(e, "open", "%s/%s", tree_path, sub);
    *ret_fd = TAKE_FD(fd);
    return 0;
}

int paths_root_dir(const struct paths *p, const char *sub, int *ret_fd, struct err *e)
{
    return sub_dir(p->root_fd, p->root, sub, ret_fd, e);
}

int paths_run_dir(const struct paths *p, const char *sub, int *ret_fd, struct err *e)
{
    return sub_dir(p->run_fd, p->runroot, sub, ret_fd, e);
}

struct store paths_store(const struct paths *p)
{
    return (struct store){ .root = p->root, .fd = p->root_fd };
}
