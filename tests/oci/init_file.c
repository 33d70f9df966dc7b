/* SPDX-License-Identifier: MIT */
/* Commands of the test bundles' init: files, and mounts as files show them. */
#include "init.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static int copy_out(int fd)
{
    char buf[4096];
    ssize_t n;

    while ((n = read(fd, buf, sizeof(buf))) > 0)
        fwrite(buf, 1, (size_t)n, stdout);
    return n < 0 ? init_fail("read") : 0;
}

static int cmd_cat(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        int fd = open(argv[i], O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            return init_fail(argv[i]);
        int r = copy_out(fd);
        close(fd);
        if (r)
            return r;
    }
    return argc > 1 ? 0 : copy_out(0);
}

static int cmd_write(int argc, char **argv)
{
    int fd = open(argv[1], O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

    if (fd < 0 || write(fd, argv[2], strlen(argv[2])) < 0)
        return init_fail(argv[1]);
    close(fd);
    return 0;
}

static int cmd_mkdir(int argc, char **argv)
{
    return mkdir(argv[1], 0755) < 0 ? init_fail(argv[1]) : 0;
}

static int cmd_mknod(int argc, char **argv)
{
    dev_t dev = makedev((unsigned)atoi(argv[2]), (unsigned)atoi(argv[3]));

    return mknod(argv[1], S_IFCHR | 0600, dev) < 0 ? init_fail(argv[1]) : 0;
}

static int cmd_mount(int argc, char **argv)
{
    return mount("none", argv[2], argv[1], 0, NULL) < 0 ? init_fail(argv[2]) : 0;
}

static int cmd_chroot(int argc, char **argv)
{
    return chroot(argv[1]) < 0 ? init_fail(argv[1]) : 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int cmd_ls(int argc, char **argv)
{
    struct dirent **v;
    int n = scandir(argv[1], &v, NULL, by_name);

    if (n < 0)
        return init_fail(argv[1]);
    for (int i = 0; i < n; i++)
        if (strcmp(v[i]->d_name, ".") != 0 && strcmp(v[i]->d_name, "..") != 0)
            puts(v[i]->d_name);
    return 0;
}

/* TYPE MODE UID:GID MAJOR:MINOR SIZE [-> TARGET] PATH */
static int cmd_stat(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        struct stat st;
        char link[PATH_MAX] = "";
        if (lstat(argv[i], &st) < 0)
            return init_fail(argv[i]);
        if (S_ISLNK(st.st_mode) && readlink(argv[i], link, sizeof(link) - 1) < 0)
            return init_fail(argv[i]);
        char type = S_ISLNK(st.st_mode)    ? 'l'
                    : S_ISDIR(st.st_mode)  ? 'd'
                    : S_ISCHR(st.st_mode)  ? 'c'
                    : S_ISBLK(st.st_mode)  ? 'b'
                    : S_ISFIFO(st.st_mode) ? 'p'
                    : S_ISREG(st.st_mode)  ? 'f'
                    : S_ISSOCK(st.st_mode) ? 's'
                                           : '?';
        printf("%c %04o %u:%u %u:%u %s%s%s\n", type, st.st_mode & 07777, st.st_uid, st.st_gid,
               major(st.st_rdev), minor(st.st_rdev), argv[i], *link ? " -> " : "", link);
    }
    return 0;
}

static int cmd_fstype(int argc, char **argv)
{
    struct statfs fs;

    if (statfs(argv[1], &fs) < 0)
        return init_fail(argv[1]);
    printf("%lx\n", (unsigned long)fs.f_type);
    return 0;
}

static int cmd_mounts(int argc, char **argv)
{
    char *args[] = { argv[0], (char *)"/proc/self/mountinfo", NULL };

    return cmd_cat(2, args);
}

static int cmd_userns(int argc, char **argv)
{
    char *args[] = { argv[0], (char *)"/proc/self/uid_map", (char *)"/proc/self/gid_map", NULL };

    return cmd_cat(3, args);
}

const struct init_command init_file[] = {
    { "cat", "[FILE...]", 0, cmd_cat },     { "chroot", "DIR", 1, cmd_chroot },
    { "fstype", "PATH", 1, cmd_fstype },    { "ls", "DIR", 1, cmd_ls },
    { "mkdir", "DIR", 1, cmd_mkdir },       { "mknod", "PATH MAJOR MINOR", 3, cmd_mknod },
    { "mount", "TYPE DIR", 2, cmd_mount },  { "mounts", "", 0, cmd_mounts },
    { "stat", "PATH...", 1, cmd_stat },     { "userns", "", 0, cmd_userns },
    { "write", "FILE TEXT", 2, cmd_write }, { 0 },
};
