/* SPDX-License-Identifier: MIT */
/* Overlay mounts as detached descriptors, by whichever interface the kernel has. */
#include "image/overlay.h"

#include "base/fs.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/sys.h"
#include "image/layer.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>

#ifndef OPEN_TREE_CLONE
#define OPEN_TREE_CLONE 1
#endif

/* fsconfig(2) refuses longer strings; mount(2) takes a page. */
#define FSCONFIG_STRING_MAX 255
#define MOUNT_DATA_MAX      4095

/* What overlay_open() was asked for. */
struct request {
    const struct store *store;
    char *const *layers;
    const char *upper;
    const char *work;
    unsigned flags;
};

/* The same by descriptor. */
struct stack {
    int *layers; /* the highest first */
    size_t n;
    int upper;
    int work;
    bool volatile_;
};

static void stack_close(struct stack *st)
{
    for (size_t i = 0; i < st->n; i++)
        mem_close(&st->layers[i]);
    free(st->layers);
    mem_close(&st->upper);
    mem_close(&st->work);
}
DEFINE_CLEANUP(struct stack, stack, stack_close(p))

/* Options that both interfaces take. Off, whatever the kernel's defaults are: a layer is a lower
 * directory of many mounts (index), and an upper directory must be readable as a diff. */
static const char *const fixed_options[][2] = {
    { "index", "off" },
    { "redirect_dir", "off" },
    { "metacopy", "off" },
};

/* overlayfs does not look for the opaque mark on a layer's root: nothing below such a layer is
 * stacked at all. */
static int open_layers(const struct request *req, struct stack *st, struct err *e)
{
    size_t n = strv_len(req->layers);
    bool opaque = false;
    int r = 0;

    if (n == 0)
        return err_set(e, ERR_INVALID, "mount overlay: the image has no layers");
    if (n > OVERLAY_LAYERS_MAX)
        return err_set(e, ERR_LIMIT, "mount overlay: more than %d layers", OVERLAY_LAYERS_MAX);
    st->layers = malloc(n * sizeof(*st->layers));
    if (!st->layers)
        return err_nomem(e);
    while (r >= 0 && n > 0 && !opaque) {
        r = layer_open(req->store, req->layers[--n], &opaque, &st->layers[st->n], e);
        if (r >= 0)
            st->n++;
    }
    return r;
}

static int open_dir(const char *path, int *ret, struct err *e)
{
    *ret = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return *ret < 0 ? err_sys(e, "open", path) : 0;
}

static int open_upper(const struct request *req, struct stack *st, struct err *e)
{
    int r = open_dir(req->upper, &st->upper, e);

    if (r >= 0)
        r = open_dir(req->work, &st->work, e);
    if (r < 0 || !(req->flags & OVERLAY_VOLATILE))
        return r;
    /* The mark that an earlier volatile mount leaves makes the kernel refuse the next one (kernel
     * doc overlayfs.rst, "Volatile mount"): our caller knows that no power was lost between. */
    st->volatile_ = true;
    r = fs_rm_rf(st->work, "work/incompat/volatile", e);
    return r < 0 ? err_wrap(e, "%s", req->work) : 0;
}

static int open_stack(const struct request *req, struct stack *st, struct err *e)
{
    int r = open_layers(req, st, e);

    return r >= 0 && req->upper ? open_upper(req, st, e) : r;
}

static int set_flag(int fs, const char *key)
{
    return fsconfig(fs, FSCONFIG_SET_FLAG, key, NULL, 0);
}

static int set_string(int fs, const char *key, const char *value)
{
    return fsconfig(fs, FSCONFIG_SET_STRING, key, value, 0);
}

/* By descriptor (6.13), else by a path that leads to the descriptor. */
static int set_dir(int fs, const char *key, int dir)
{
    char path[FS_FD_PATH_MAX];

    if (fsconfig(fs, FSCONFIG_SET_FD, key, NULL, dir) == 0)
        return 0;
    return set_string(fs, key, fs_fd_path(dir, path));
}

static int set_upper(int fs, const struct stack *st)
{
    if (st->upper < 0)
        return 0;
    if (set_dir(fs, "upperdir", st->upper) < 0 || set_dir(fs, "workdir", st->work) < 0)
        return -1;
    return st->volatile_ ? set_flag(fs, "volatile") : 0;
}

/* Kernel 6.7 and later: one lowerdir+ a layer, the highest first. */
static int set_layers_one_by_one(int fs, const struct stack *st)
{
    for (size_t i = 0; i < st->n; i++)
        if (set_dir(fs, "lowerdir+", st->layers[i]) < 0)
            return -1;
    return 0;
}

/* "9:8:7": paths relative to /proc/self/fd, so that hundreds of layers fit into a page. */
static char *lower_text(const struct stack *st)
{
    CLEANUP(buf) struct buf b = { 0 };

    for (size_t i = 0; i < st->n; i++)
        buf_fmt(&b, "%s%d", i ? ":" : "", st->layers[i]);
    return buf_take(&b);
}

/* Configures a new overlay context and makes the mount. -1 with errno; *ret_step says where. */
static int mount_by_fs(const struct stack *st, const char *lower, const char **ret_step)
{
    AUTO_FD int fs = fsopen("overlay", FSOPEN_CLOEXEC);

    *ret_step = "fsopen";
    if (fs < 0 || set_string(fs, "source", "overlay") < 0)
        return -1;
    for (size_t i = 0; i < ARRAY_LEN(fixed_options); i++)
        if (set_string(fs, fixed_options[i][0], fixed_options[i][1]) < 0)
            return -1;
    *ret_step = "lowerdir";
    if (lower ? set_string(fs, "lowerdir", lower) < 0 : set_layers_one_by_one(fs, st) < 0)
        return -1;
    *ret_step = "upperdir";
    if (set_upper(fs, st) < 0)
        return -1;
    *ret_step = "";
    if (fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
        return -1;
    return fsmount(fs, FSMOUNT_CLOEXEC, 0);
}

static char *mount_data(const struct stack *st, const char *lower)
{
    CLEANUP(buf) struct buf b = { 0 };

    buf_fmt(&b, "lowerdir=%s", lower);
    for (size_t i = 0; i < ARRAY_LEN(fixed_options); i++)
        buf_fmt(&b, ",%s=%s", fixed_options[i][0], fixed_options[i][1]);
    if (st->upper >= 0)
        buf_fmt(&b, ",upperdir=%d,workdir=%d%s", st->upper, st->work,
                st->volatile_ ? ",volatile" : "");
    return buf_take(&b);
}

/* By mount(2); the working directory is at /proc/self/fd afterwards. */
static int mount_there(const struct stack *st, const char *at, struct err *e)
{
    AUTO_FREE char *lower = lower_text(st);
    AUTO_FREE char *data = lower ? mount_data(st, lower) : NULL;
    char place_path[FS_FD_PATH_MAX];

    if (!data)
        return err_nomem(e);
    if (strlen(data) > MOUNT_DATA_MAX)
        return err_set(e, ERR_LIMIT, "mount overlay: this kernel cannot stack %zu layers", st->n);
    AUTO_FD int place = open(at, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (place < 0 || chdir("/proc/self/fd") < 0)
        return err_sys(e, "open", at);
    if (mount("overlay", fs_fd_path(place, place_path), "overlay", 0, data) < 0)
        return err_sys(e, "mount overlay", NULL);
    return 0;
}

/* In a child process: mounts in a namespace of its own and returns a detached clone. Everything is
 * opened again there, since overlayfs takes no directory from another mount namespace. */
static int mount_in_namespace(const struct request *req, int *ret, struct err *e)
{
    CLEANUP(stack) struct stack st = { .upper = -1, .work = -1 };
    CLEANUP(store) struct store own = { .fd = -1 };
    struct request again = *req;
    const char *at = req->store->root; /* covered in this namespace alone */

    if (unshare(CLONE_NEWNS) < 0)
        return err_sys(e, "unshare", "mount namespace");
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return err_sys(e, "make private", "/");
    int r = store_open(req->store->root, &own, e);
    again.store = &own;
    if (r >= 0)
        r = open_stack(&again, &st, e);
    if (r >= 0)
        r = mount_there(&st, at, e);
    if (r < 0)
        return r;
    /* The descriptor of the place still shows what is below the new mount. */
    AUTO_FD int fd = open_tree(AT_FDCWD, at, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (fd < 0)
        return err_sys(e, "open_tree", at);
    *ret = TAKE_FD(fd);
    return 0;
}

/* Kernels before 6.7, when the layers' text is too long for fsconfig(2). */
static int mount_by_data(const struct request *req, int *ret, struct err *e)
{
    int sock[2];
    int fd = -1;
    struct err got = ERR_INIT;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sock) < 0)
        return err_sys(e, "socketpair", NULL);
    pid_t pid = proc_clone(0, -1, NULL);
    if (pid == 0) {
        int r = mount_in_namespace(req, &fd, &got);
        _exit(proc_send_fds(sock[1], &got, sizeof(got), &fd, r < 0 ? 0 : 1) < 0);
    }
    int errnum = errno;
    close(sock[1]);
    ssize_t n = pid < 0 ? -1 : proc_recv_fds(sock[0], &got, sizeof(got), &fd, 1);
    close(sock[0]);
    if (pid < 0)
        return err_errnum(e, errnum, "clone", NULL);
    proc_wait(pid);
    if (n != (ssize_t)sizeof(got) || (got.kind == ERR_NONE && fd < 0))
        return err_set(e, ERR_SYS, "mount overlay: the process that should do it died");
    if (got.kind != ERR_NONE) {
        *e = got;
        return -got.kind;
    }
    *ret = fd;
    return 0;
}

/* Relative lowerdirs need the working directory at /proc/self/fd for a moment. */
static int mount_old(const struct request *req, const struct stack *st, int *ret, struct err *e)
{
    AUTO_FREE char *lower = lower_text(st);
    AUTO_FD int cwd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    const char *step = "";

    if (!lower)
        return err_nomem(e);
    if (strlen(lower) > FSCONFIG_STRING_MAX || (req->flags & OVERLAY_BY_MOUNT) || cwd < 0)
        return mount_by_data(req, ret, e);
    if (chdir("/proc/self/fd") < 0)
        return err_sys(e, "chdir", "/proc/self/fd");
    AUTO_FD int fd = mount_by_fs(st, lower, &step);
    int errnum = errno;
    if (fchdir(cwd) < 0)
        return err_sys(e, "chdir", "back");
    if (fd < 0)
        return err_errnum(e, errnum, "mount overlay", *step ? step : NULL);
    *ret = TAKE_FD(fd);
    return 0;
}

static int mount_stack(const struct request *req, const struct stack *st, int *ret, struct err *e)
{
    const char *step = "";

    if (req->flags & (OVERLAY_ONE_STRING | OVERLAY_BY_MOUNT))
        return mount_old(req, st, ret, e);
    int fd = mount_by_fs(st, NULL, &step);
    /* Legacy parsers take unknown keys and fail at the end: any EINVAL may be an old kernel. */
    if (fd < 0 && errno == EINVAL)
        return mount_old(req, st, ret, e);
    if (fd < 0 && errno == ENODEV)
        return err_set(e, ERR_UNSUPPORTED, "mount overlay: this kernel has no overlayfs");
    if (fd < 0)
        return err_sys(e, "mount overlay", *step ? step : NULL);
    *ret = fd;
    return 0;
}

int overlay_open(const struct store *s, char *const *layers, const char *upper, const char *work,
                 unsigned flags, int *ret_fd, struct err *e)
{
    CLEANUP(stack) struct stack st = { .upper = -1, .work = -1 };
    struct request req = { s, layers, upper, work, flags };
    int r = open_stack(&req, &st, e);

    /* overlayfs wants two layers; one alone is what it is. */
    if (r >= 0 && !upper && st.n == 1) {
        char path[FS_FD_PATH_MAX];
        return overlay_bind(fs_fd_path(st.layers[0], path), true, ret_fd, e);
    }
    if (r >= 0)
        r = mount_stack(&req, &st, ret_fd, e);
    return r < 0 && upper ? err_wrap(e, "overlay on %s", upper) : r;
}

int overlay_mount(const struct store *s, char *const *layers, const char *upper, const char *work,
                  unsigned flags, const char *at, struct err *e)
{
    CLEANUP(stack) struct stack st = { .upper = -1, .work = -1 };
    struct request req = { s, layers, upper, work, flags };
    AUTO_FD int cwd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    int r = cwd < 0 ? err_sys(e, "open", ".") : open_stack(&req, &st, e);

    if (r >= 0)
        r = mount_there(&st, at, e);
    if (cwd >= 0 && fchdir(cwd) < 0 && r >= 0) {
        r = err_sys(e, "chdir", "back");
        umount2(at, MNT_DETACH | UMOUNT_NOFOLLOW);
    }
    return r;
}

int overlay_bind(const char *path, bool rdonly, int *ret_fd, struct err *e)
{
    struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };
    AUTO_FD int fd = open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

    if (fd < 0)
        return err_sys(e, "open_tree", path);
    if (rdonly && mount_setattr(fd, "", AT_EMPTY_PATH, &attr, sizeof(attr)) < 0)
        return err_sys(e, "make read-only", path);
    *ret_fd = TAKE_FD(fd);
    return 0;
}
