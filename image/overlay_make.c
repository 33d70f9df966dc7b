/* SPDX-License-Identifier: MIT */
/* The directories that a container adds to its layers. */
#include "base/mem.h"
#include "base/str.h"
#include "image/layer.h"
#include "image/overlay.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>

/* Opens the root of the highest layer that says something about it. */
static int open_root(const struct store *s, char *const *layers, int *ret, struct err *e)
{
    size_t n = strv_len(layers);
    AUTO_FD int fd = -1;
    struct stat st;
    bool opaque;

    while (n > 0) {
        mem_close(&fd);
        int r = layer_open(s, layers[--n], &opaque, &fd, e);
        if (r < 0)
            return r;
        if (fstat(fd, &st) < 0)
            return err_sys(e, "stat", layers[n]);
        if (opaque || !layer_root_is_implied(&st))
            break;
    }
    *ret = TAKE_FD(fd);
    return 0;
}

static int make_upper(const struct store *s, char *const *layers, int upper, struct err *e)
{
    AUTO_FD int root = -1;
    int r = open_root(s, layers, &root, e);

    return r < 0 || root < 0 ? r : layer_copy_attributes(root, upper, e);
}

int overlay_make(const struct store *s, char *const *layers, int dirfd, struct err *e)
{
    if (mkdirat(dirfd, "work", 0700) < 0 && errno != EEXIST)
        return err_sys(e, "mkdir", "work");
    if (mkdirat(dirfd, "upper", 0755) < 0)
        return errno == EEXIST ? 0 : err_sys(e, "mkdir", "upper");
    AUTO_FD int upper = openat(dirfd, "upper", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (upper < 0)
        return err_sys(e, "open", "upper");
    int r = make_upper(s, layers, upper, e);
    if (r < 0)
        unlinkat(dirfd, "upper", AT_REMOVEDIR);
    return r;
}
