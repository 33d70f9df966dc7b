/* SPDX-License-Identifier: MIT */
/* with_image ROOT IMAGE DIR COMMAND...: runs a command that sees the image mounted on DIR. */
#include "image/overlay.h"
#include "image/store.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

static int mount_image(const char *root, const char *image, const char *dir, struct err *e)
{
    CLEANUP(store) struct store s = { .fd = -1 };
    CLEANUP(store_image) struct store_image *img = NULL;
    AUTO_FD int fd = -1;
    int r = store_open(root, &s, e);

    if (r >= 0)
        r = store_find(&s, image, &img, e);
    if (r >= 0)
        r = overlay_open(&s, img->layers, NULL, NULL, 0, &fd, e);
    if (r < 0)
        return r;
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return err_sys(e, "unshare", "mount namespace");
    if (move_mount(fd, "", AT_FDCWD, dir, MOVE_MOUNT_F_EMPTY_PATH) < 0)
        return err_sys(e, "mount", dir);
    return 0;
}

int main(int argc, char **argv)
{
    struct err e = ERR_INIT;

    if (argc < 5) {
        fprintf(stderr, "usage: with_image ROOT IMAGE DIR COMMAND...\n");
        return 2;
    }
    if (mount_image(argv[1], argv[2], argv[3], &e) < 0) {
        fprintf(stderr, "with_image: %s\n", e.msg);
        return 1;
    }
    execvp(argv[4], argv + 4);
    perror(argv[4]);
    return 127;
}
