/* SPDX-License-Identifier: MIT */
/* The container's file systems by the new mount API, as docker lays them out. */
#include "tests/bench/floor/rootfs.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define RESTRICTED (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

struct fs_mount {
    const char *type;
    const char *target;
    const char *options[5][2]; /* key and value */
    unsigned attr;
    mode_t mkdir_mode; /* != 0: the target is to be made */
};

static const struct fs_mount mounts[] = {
    { .type = "proc", .target = "proc", .attr = RESTRICTED },
    { .type = "tmpfs",
      .target = "dev",
      .options = { { "mode", "755" }, { "size", "65536k" } },
      .attr = MOUNT_ATTR_NOSUID },
    { .type = "devpts",
      .target = "dev/pts",
      .options = { { "ptmxmode", "0666" }, { "mode", "0620" }, { "gid", "5" } },
      .attr = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC,
      .mkdir_mode = 0755 },
    { .type = "sysfs", .target = "sys", .attr = RESTRICTED | MOUNT_ATTR_RDONLY },
    { .type = "cgroup2", .target = "sys/fs/cgroup", .attr = RESTRICTED | MOUNT_ATTR_RDONLY },
    { .type = "mqueue", .target = "dev/mqueue", .attr = RESTRICTED, .mkdir_mode = 0755 },
    { .type = "tmpfs",
      .target = "dev/shm",
      .options = { { "mode", "1777" }, { "size", "65536k" } },
      .attr = RESTRICTED,
      .mkdir_mode = 0755 },
};

static const struct {
    const char *name;
    unsigned major, minor;
} devices[] = {
    { "dev/null", 1, 3 },   { "dev/zero", 1, 5 },    { "dev/full", 1, 7 },
    { "dev/random", 1, 8 }, { "dev/urandom", 1, 9 }, { "dev/tty", 5, 0 },
};

static const char *const links[][2] = {
    { "dev/fd", "/proc/self/fd" },       { "dev/stdin", "/proc/self/fd/0" },
    { "dev/stdout", "/proc/self/fd/1" }, { "dev/stderr", "/proc/self/fd/2" },
    { "dev/core", "/proc/kcore" },       { "dev/ptmx", "pts/ptmx" },
};

static const char *const readonly_paths[] = { "proc/bus", "proc/fs", "proc/irq", "proc/sys",
                                              "proc/sysrq-trigger" };
static const char *const masked_files[] = { "proc/kcore",       "proc/keys",
                                            "proc/timer_list",  "proc/latency_stats",
                                            "proc/timer_stats", "proc/sched_debug",
                                            "proc/interrupts" };
static const char *const masked_dirs[] = { "proc/asound", "proc/acpi", "proc/scsi", "sys/firmware",
                                           "sys/devices/virtual/powercap" };

static int fs_open(const char *type)
{
    int fs = fsopen(type, FSOPEN_CLOEXEC);

    if (fs < 0)
        floor_die("fsopen", type);
    return fs;
}

static int fs_create(int fs, const char *type, unsigned attr)
{
    int mnt;

    if (fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
        floor_die("fsconfig", type);
    mnt = fsmount(fs, FSMOUNT_CLOEXEC, attr);
    if (mnt < 0)
        floor_die("fsmount", type);
    close(fs);
    return mnt;
}

static void fs_set(int fs, const char *key, const char *value)
{
    if (fsconfig(fs, FSCONFIG_SET_STRING, key, value, 0) < 0)
        floor_die("fsconfig", key);
}

/* Puts a detached mount in its place and forgets the descriptor. */
static void attach(int mnt, int root, const char *target)
{
    if (move_mount(mnt, "", root, target, MOVE_MOUNT_F_EMPTY_PATH) < 0)
        floor_die("move_mount", target);
    close(mnt);
}

static int clone_tree(int dir, const char *path)
{
    return open_tree(dir, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
}

/* By path: a descriptor from outside of our mount namespace is refused (EINVAL). */
static int mount_overlay(const struct floor_opts *o, const char *name)
{
    char path[PATH_MAX];
    int fs = fs_open("overlay");

    for (size_t i = o->n_layers; i-- > 0;)
        fs_set(fs, "lowerdir+", o->layers[i]);
    snprintf(path, sizeof(path), "%s/%s/upper", o->state, name);
    fs_set(fs, "upperdir", path);
    snprintf(path, sizeof(path), "%s/%s/work", o->state, name);
    fs_set(fs, "workdir", path);
    if (fsconfig(fs, FSCONFIG_SET_FLAG, "volatile", NULL, 0) < 0)
        floor_die("fsconfig", "volatile");
    return fs_create(fs, "overlay", 0);
}

static void mount_all(int root)
{
    for (size_t i = 0; i < sizeof(mounts) / sizeof(*mounts); i++) {
        const struct fs_mount *m = &mounts[i];
        int fs = fs_open(m->type);

        for (size_t k = 0; m->options[k][0]; k++)
            fs_set(fs, m->options[k][0], m->options[k][1]);
        if (m->mkdir_mode && mkdirat(root, m->target, m->mkdir_mode) < 0)
            floor_die("mkdir", m->target);
        attach(fs_create(fs, m->type, m->attr), root, m->target);
    }
}

static void make_devices(int root)
{
    for (size_t i = 0; i < sizeof(devices) / sizeof(*devices); i++)
        if (mknodat(root, devices[i].name, S_IFCHR | 0666,
                    makedev(devices[i].major, devices[i].minor)) < 0)
            floor_die("mknod", devices[i].name);
    for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++)
        if (symlinkat(links[i][1], root, links[i][0]) < 0)
            floor_die("symlink", links[i][0]);
}

static void make_readonly(int root)
{
    struct mount_attr attr = { .attr_set = RESTRICTED | MOUNT_ATTR_RDONLY };

    for (size_t i = 0; i < sizeof(readonly_paths) / sizeof(*readonly_paths); i++) {
        int mnt = clone_tree(root, readonly_paths[i]);

        if (mnt < 0)
            continue;
        if (mount_setattr(mnt, "", AT_EMPTY_PATH, &attr, sizeof(attr)) < 0)
            floor_die("mount_setattr", readonly_paths[i]);
        attach(mnt, root, readonly_paths[i]);
    }
}

/* A detached mount that is closed without having been attached costs a grace period of the kernel:
 * so none is made for a path that is not there. */
static void mask(int root)
{
    int empty = -1;

    for (size_t i = 0; i < sizeof(masked_files) / sizeof(*masked_files); i++)
        if (faccessat(root, masked_files[i], F_OK, 0) == 0)
            attach(clone_tree(root, "dev/null"), root, masked_files[i]);
    for (size_t i = 0; i < sizeof(masked_dirs) / sizeof(*masked_dirs); i++) {
        if (faccessat(root, masked_dirs[i], F_OK, 0) < 0)
            continue;
        if (empty >= 0) { /* one tmpfs serves all of them */
            attach(open_tree(empty, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC), root,
                   masked_dirs[i]);
            continue;
        }
        empty = fs_create(fs_open("tmpfs"), "tmpfs", RESTRICTED | MOUNT_ATTR_RDONLY);
        if (move_mount(empty, "", root, masked_dirs[i], MOVE_MOUNT_F_EMPTY_PATH) < 0)
            floor_die("move_mount", masked_dirs[i]);
    }
    if (empty >= 0)
        close(empty);
}

/* Over "/", where nothing has to be made for it. */
static int attach_root(const struct floor_opts *o, const char *name)
{
    int root = o->rootfs ? clone_tree(AT_FDCWD, o->rootfs) : mount_overlay(o, name);

    if (move_mount(root, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) < 0)
        floor_die("move_mount", "the root");
    return root;
}

void rootfs_enter(const struct floor_opts *o, const char *name)
{
    struct mount_attr private = { .propagation = MS_PRIVATE };
    char path[PATH_MAX];
    int root;

    if (mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &private, sizeof(private)) < 0)
        floor_die("mount_setattr", "/");
    root = attach_root(o, name);
    mount_all(root);
    make_devices(root);
    make_readonly(root);
    mask(root);
    if (o->bridge) {
        snprintf(path, sizeof(path), "%s/%s/hosts", o->state, name);
        attach(clone_tree(AT_FDCWD, path), root, "etc/hosts");
        snprintf(path, sizeof(path), "%s/%s/resolv.conf", o->state, name);
        attach(clone_tree(AT_FDCWD, path), root, "etc/resolv.conf");
    }
    if (fchdir(root) < 0 || syscall(SYS_pivot_root, ".", ".") < 0)
        floor_die("pivot_root", ".");
    if (umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
        floor_die("umount", "the host's root");
}
