/* SPDX-License-Identifier: MIT */
/* Tests of filters at work: what a confined process can do, listeners, and the cache. */
#include "base/proc.h"
#include "base/str.h"
#include "base/sys.h"
#include "runtime/caps.h"
#include "runtime/seccomp.h"
#include "runtime/seccomp_cache.h"
#include "unit.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>

/* In a process of its own, confined by f: fn's result as exit code. */
static int confined(const struct seccomp_filter *f, int (*fn)(void))
{
    pid_t pid = fork();

    if (pid == 0) {
        struct err e = ERR_INIT;
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        if (seccomp_install(f, &e) < 0)
            _exit(200);
        _exit(fn());
    }
    return proc_exit_code(proc_wait(pid));
}

/* 0, or the errno of a system call that is expected to fail with `want`. */
#define MUST(call, want)                                                                           \
    do {                                                                                           \
        errno = 0;                                                                                 \
        long must_r = (long)(call);                                                                \
        if ((want) ? must_r != -1 || errno != (want) : must_r < 0)                                 \
            return __LINE__ % 100 + 100;                                                           \
    } while (0)

static int try_default(void)
{
    MUST(getppid(), 0);
    MUST(syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0), 0);
    MUST(syscall(SYS_socket, AF_VSOCK, SOCK_STREAM, 0), EPERM);
    MUST(syscall(SYS_socket, AF_ALG, SOCK_SEQPACKET, 0), EPERM);
    MUST(mount("none", "/nowhere", "tmpfs", 0, NULL), EPERM);
    MUST(unshare(CLONE_NEWUTS), EPERM);
    MUST(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0), EPERM);
    MUST(syscall(SYS_clone3, NULL, 0), ENOSYS);
    MUST(personality(0xffffffff), 0);
    MUST(personality(PER_LINUX32 | ADDR_NO_RANDOMIZE), EPERM);
    MUST(syscall(SYS_keyctl, 0, 0), EPERM);
    MUST(syscall(SYS_bpf, 0, 0, 0), EPERM);
    MUST(syscall(9999), ENOSYS);
    MUST(chroot("/nowhere"), ENOENT);
    return 0;
}

static int try_no_caps(void)
{
    MUST(chroot("/nowhere"), EPERM);
    MUST(getppid(), 0);
    return 0;
}

static int try_admin(void)
{
    MUST(mount("none", "/nowhere", "tmpfs", 0, NULL), ENOENT);
    MUST(syscall(SYS_clone3, NULL, 0), EINVAL);
    MUST(chroot("/nowhere"), ENOENT);
    return 0;
}

START_TEST(the_default_profile_confines)
{
    AUTO_SECCOMP struct seccomp_filter f = { 0 };
    struct err e = ERR_INIT;

    unit_ok(seccomp_default(CAPS_DEFAULT, -1, &f, &e), &e);
    ck_assert_ptr_null(f.own);
    ck_assert_int_eq(confined(&f, try_default), 0);
    unit_ok(seccomp_default(CAPS_DEFAULT | CAPS_BIT(CAP_NET_ADMIN), -1, &f, &e), &e);
    ck_assert_msg(!f.own, "NET_ADMIN makes no difference to the profile");
    ck_assert_int_eq(confined(&f, try_default), 0);
    unit_ok(seccomp_default(0, -1, &f, &e), &e);
    ck_assert_int_eq(confined(&f, try_no_caps), 0);
    unit_ok(seccomp_default(CAPS_DEFAULT | CAPS_BIT(CAP_SYS_ADMIN), -1, &f, &e), &e);
    ck_assert_int_eq(confined(&f, try_admin), 0);
}
END_TEST

START_TEST(other_capability_sets_are_compiled)
{
    AUTO_SECCOMP struct seccomp_filter f = { 0 };
    struct err e = ERR_INIT;

    unit_ok(seccomp_default(CAPS_DEFAULT | CAPS_BIT(CAP_SYS_BOOT) | CAPS_BIT(CAP_SYS_PACCT), -1, &f,
                            &e),
            &e);
    ck_assert_ptr_nonnull(f.own);
    ck_assert_int_eq(confined(&f, try_default), 0);
}
END_TEST

static int nothing(void)
{
    return 0;
}

START_TEST(no_filter_is_fine_and_no_privilege_is_an_error)
{
    struct seccomp_filter none = { 0 };
    AUTO_SECCOMP struct seccomp_filter f = { 0 };
    struct err e = ERR_INIT;
    pid_t pid;

    ck_assert_int_eq(confined(&none, nothing), 0);
    unit_ok(seccomp_default(CAPS_DEFAULT, -1, &f, &e), &e);
    if (geteuid() != 0)
        return;
    pid = fork();
    if (pid == 0) {
        struct caps empty = { 0 };
        if (caps_apply(&empty, &e) < 0 || seccomp_install(&f, &e) != -ERR_SYS)
            _exit(1);
        _exit(e.errnum == EACCES && strstr(e.hint, "no_new_privs") ? 0 : 2);
    }
    ck_assert_int_eq(proc_exit_code(proc_wait(pid)), 0);
}
END_TEST

/* A filter from JSON, as a profile file. */
static void compile(const char *text, int cache, struct seccomp_filter *ret)
{
    struct config_seccomp c;
    struct err e = ERR_INIT;
    AUTO_FREE char *json = str_dup(text);

    for (char *p = json; *p; p++)
        if (*p == '\'')
            *p = '"';
    unit_ok(seccomp_profile_read(json, strlen(json), CAPS_DEFAULT, &c, &e), &e);
    unit_ok(seccomp_compile(&c, cache, ret, &e), &e);
    json_free(&config_seccomp_table, &c);
}

#define NO_MKDIR                                                                                   \
    "{'defaultAction':'SCMP_ACT_ALLOW','syscalls':[{'names':['mkdir','no_such_call','mkdirat'],"   \
    "'action':'SCMP_ACT_ERRNO','errnoRet':%d}],'flags':[%s]}"

static int try_mkdir(void)
{
    MUST(mkdir("/nowhere/x", 0700), EXDEV);
    return 0;
}

START_TEST(flags_are_accepted_by_the_kernel)
{
    static const struct {
        const char *names;
        unsigned flags;
    } sets[] = {
        { "", SECCOMP_FILTER_FLAG_SPEC_ALLOW },
        { "'SECCOMP_FILTER_FLAG_LOG'", SECCOMP_FILTER_FLAG_LOG },
        { "'SECCOMP_FILTER_FLAG_TSYNC'", SECCOMP_FILTER_FLAG_TSYNC },
        { "'SECCOMP_FILTER_FLAG_SPEC_ALLOW','SECCOMP_FILTER_FLAG_LOG'",
          SECCOMP_FILTER_FLAG_SPEC_ALLOW | SECCOMP_FILTER_FLAG_LOG },
        { "'SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV','SECCOMP_FILTER_FLAG_LOG'",
          SECCOMP_FILTER_FLAG_LOG },
    };
    AUTO_SECCOMP struct seccomp_filter f = { 0 };
    AUTO_FREE char *text = str_fmt(NO_MKDIR, EXDEV, sets[_i].names);

    compile(text, -1, &f);
    ck_assert_uint_eq(f.flags, sets[_i].flags);
    ck_assert(!f.notify);
    ck_assert_int_eq(confined(&f, try_mkdir), 0);
}
END_TEST

/* The confined process's own child makes the call; the listener answers it. */
static int serve_one(int listener)
{
    struct seccomp_notif req = { 0 };
    struct seccomp_notif_resp resp = { 0 };
    pid_t pid = fork();

    if (pid == 0)
        _exit(mkdir("/nowhere/x", 0700) < 0 && errno == ENOTNAM ? 0 : 1);
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &req) < 0 || req.data.nr != SYS_mkdir)
        return 2;
    resp.id = req.id;
    resp.error = -ENOTNAM;
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &resp) < 0)
        return 3;
    return proc_exit_code(proc_wait(pid));
}

START_TEST(a_listener_answers)
{
    static const char *const flags[] = { "", "'SECCOMP_FILTER_FLAG_TSYNC'",
                                         "'SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV'" };
    AUTO_SECCOMP struct seccomp_filter f = { 0 };
    AUTO_FREE char *text =
        str_fmt("{'defaultAction':'SCMP_ACT_ALLOW','listenerPath':'/run/x','syscalls':[{'names':"
                "['mkdir'],'action':'SCMP_ACT_NOTIFY'}],'flags':[%s]}",
                flags[_i]);

    compile(text, -1, &f);
    ck_assert(f.notify);
    pid_t pid = fork();
    if (pid == 0) {
        struct err e = ERR_INIT;
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        int listener = seccomp_install(&f, &e);
        _exit(listener > 2 && fcntl(listener, F_GETFD) == FD_CLOEXEC ? serve_one(listener) : 100);
    }
    ck_assert_int_eq(proc_exit_code(proc_wait(pid)), 0);
}
END_TEST

/* The only file in the cache. */
static char *cached_name(void)
{
    AUTO_STRV char **names = NULL;
    struct err e = ERR_INIT;

    unit_ok(fs_list(unit_dirfd, ".", &names, &e), &e);
    ck_assert_uint_eq(strv_len(names), 1);
    ck_assert(str_ends(names[0], ".bpf"));
    return str_dup(names[0]);
}

START_TEST(the_cache_gives_back_what_was_compiled)
{
    AUTO_SECCOMP struct seccomp_filter a = { 0 }, b = { 0 }, c = { 0 };
    AUTO_FREE char *one = str_fmt(NO_MKDIR, EXDEV, ""), *other = str_fmt(NO_MKDIR, ENOTNAM, "");
    struct stat before, after;

    compile(one, unit_dirfd, &a);
    AUTO_FREE char *name = cached_name();
    ck_assert_int_eq(fstatat(unit_dirfd, name, &before, 0), 0);
    ck_assert_uint_eq(before.st_mode & 07777, 0600);
    compile(one, unit_dirfd, &b);
    ck_assert_int_eq(fstatat(unit_dirfd, name, &after, 0), 0);
    ck_assert_uint_eq(before.st_ino, after.st_ino);
    ck_assert_uint_eq(a.len, b.len);
    ck_assert_mem_eq(a.insns, b.insns, a.len * sizeof(*a.insns));
    ck_assert_int_eq(confined(&b, try_mkdir), 0);
    compile(other, unit_dirfd, &c);
    ck_assert_int_ne(confined(&c, try_mkdir), 0);
}
END_TEST

/* A file that others could have written, or that is damaged, is not used; it is replaced. */
START_TEST(the_cache_trusts_only_its_own)
{
    AUTO_SECCOMP struct seccomp_filter a = { 0 }, b = { 0 };
    AUTO_FREE char *text = str_fmt(NO_MKDIR, EXDEV, "");
    char byte;

    compile(text, unit_dirfd, &a);
    AUTO_FREE char *name = cached_name();
    int fd = openat(unit_dirfd, name, O_RDWR | O_CLOEXEC);
    off_t size = lseek(fd, 0, SEEK_END);
    switch (_i) {
    case 0: /* the last instruction becomes "allow" */
        ck_assert_int_eq(pwrite(fd, "\0\0\xff\x7f", 4, size - 4), 4);
        ck_assert_int_eq(fchmod(fd, 0620), 0);
        break;
    case 1: /* another source under this name */
        ck_assert_int_eq(pread(fd, &byte, 1, size / 4), 1);
        byte ^= 1;
        ck_assert_int_eq(pwrite(fd, &byte, 1, size / 4), 1);
        break;
    case 2: ck_assert_int_eq(ftruncate(fd, size - 8), 0); break;
    case 3: ck_assert_int_eq(ftruncate(fd, 5), 0); break;
    case 4: /* somewhere else */
        ck_assert_int_eq(renameat(unit_dirfd, name, unit_dirfd, "elsewhere"), 0);
        ck_assert_int_eq(symlinkat("elsewhere", unit_dirfd, name), 0);
        break;
    case 5: /* somebody else's */
        if (geteuid() == 0)
            ck_assert_int_eq(fchown(fd, 12345, 0), 0);
        break;
    default: ck_abort();
    }
    struct stat before, after;
    ck_assert_int_eq(fstat(fd, &before), 0);
    compile(text, unit_dirfd, &b);
    ck_assert_uint_eq(a.len, b.len);
    ck_assert_mem_eq(a.insns, b.insns, a.len * sizeof(*a.insns));
    if (geteuid() == 0) {
        ck_assert_int_eq(fstatat(unit_dirfd, name, &after, AT_SYMLINK_NOFOLLOW), 0);
        ck_assert_uint_ne(before.st_ino, after.st_ino);
        ck_assert(S_ISREG(after.st_mode));
        ck_assert_uint_eq(after.st_mode & 07777, 0600);
    }
    close(fd);
}
END_TEST

START_TEST(a_container_keeps_its_filter)
{
    AUTO_SECCOMP struct seccomp_filter a = { 0 }, b = { 0 };
    AUTO_FREE char *text = str_fmt(NO_MKDIR, EXDEV, "");
    struct err e = ERR_INIT;

    ck_assert_int_eq(seccomp_restore(unit_dirfd, "filter", &b, &e), 0);
    compile(text, -1, &a);
    unit_ok(seccomp_save(unit_dirfd, "filter", &a, &e), &e);
    ck_assert_int_eq(seccomp_restore(unit_dirfd, "filter", &b, &e), 1);
    ck_assert_uint_eq(a.len, b.len);
    ck_assert_uint_eq(a.flags, b.flags);
    ck_assert_mem_eq(a.insns, b.insns, a.len * sizeof(*a.insns));
    ck_assert_int_eq(confined(&b, try_mkdir), 0);
    AUTO_FD int fd = openat(unit_dirfd, "filter", O_RDWR | O_CLOEXEC);
    off_t size = lseek(fd, 0, SEEK_END);
    for (off_t cut = 1; cut <= size; cut += size / 4) {
        struct seccomp_filter c = { 0 };
        ck_assert_int_eq(ftruncate(fd, size - cut), 0);
        unit_fails(seccomp_restore(unit_dirfd, "filter", &c, &e), ERR_CORRUPT, &e);
    }
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("seccomp");

    tcase_add_checked_fixture(t, unit_dir_make, unit_dir_remove);
    tcase_add_test(t, the_default_profile_confines);
    tcase_add_test(t, other_capability_sets_are_compiled);
    tcase_add_test(t, no_filter_is_fine_and_no_privilege_is_an_error);
    tcase_add_loop_test(t, flags_are_accepted_by_the_kernel, 0, 5);
    tcase_add_loop_test(t, a_listener_answers, 0, 3);
    tcase_add_test(t, the_cache_gives_back_what_was_compiled);
    tcase_add_loop_test(t, the_cache_trusts_only_its_own, 0, 6);
    tcase_add_test(t, a_container_keeps_its_filter);
    return unit_run(t);
}
