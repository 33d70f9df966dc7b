/* SPDX-License-Identifier: MIT */
/* Users and groups of a rootfs, as docker looks them up, in friendly and hostile files. */
#include "engine/user.h"

#include "base/buf.h"
#include "base/str.h"
#include "tests/unit/unit.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>

static struct err e;

static void put(const char *path, const char *text)
{
    int fd = openat(unit_dirfd, path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fs_write_all(fd, text, strlen(text)), 0);
    close(fd);
}

static void start(void)
{
    unit_dir_make();
    ck_assert_int_eq(mkdirat(unit_dirfd, "etc", 0755), 0);
    put("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"
                      "broken\n::::::\nneg:x:-1:5::/n:\nbig:x:4294967296:5::/b:\n"
                      "web:x:33:34:Web:/srv:/bin/sh\n"
                      "web:x:99:99:twice:/twice:\n"
                      "nohome:x:40:41\n"
                      "1234:x:50:51::/fifty:\n"
                      "last:x:60:61::/last:/bin/sh");
    put("etc/group", "root:x:0:\nwww:x:34:\nmail:x:8:web,other\nbad:x:zz:web\nshort:x\n"
                     "video:x:44:other,web\nnear:x:45:webby,we\nmail2:x:8:web\n");
}

/* "uid:gid groups home", or "!message" */
static const char *look_up(const char *text, char *const *more)
{
    static char out[512];
    struct user u = { 0 };

    if (user_lookup(unit_dirfd, text, more, &u, &e) < 0) {
        snprintf(out, sizeof(out), "!%.500s", e.msg);
        return out;
    }
    int n = snprintf(out, sizeof(out), "%u:%u", u.uid, u.gid);
    for (size_t i = 0; i < u.n_groups; i++)
        n += snprintf(out + n, sizeof(out) - (size_t)n, "%c%u", i ? ',' : ' ', u.groups[i]);
    snprintf(out + n, sizeof(out) - (size_t)n, " %s", u.home);
    user_free(&u);
    return out;
}

static const struct {
    const char *text;
    const char *want;
} rows[] = {
    { "", "0:0 0 /root" },
    { "root", "0:0 0 /root" },
    { "0", "0:0 0 /root" },
    { "web", "33:34 34,8,44 /srv" },
    { "33", "33:34 34,8,44 /srv" },
    { "web:0", "33:0 0 /srv" },
    { "web:mail", "33:8 8 /srv" },
    { "33:44", "33:44 44 /srv" },
    { "web:", "33:34 34,8,44 /srv" },
    { ":mail", "0:8 8 /root" },
    { "4711", "4711:0 0 /" },
    { "4711:4712", "4711:4712 4712 /" },
    { "nohome", "40:41 41 /" },
    { "1234", "1234:0 0 /" },
    { "last", "60:61 61 /last" },
    { "4294967294", "4294967294:0 0 /" },
    { "nosuch", "!unable to find user nosuch: no matching entries in passwd file" },
    { "neg", "!unable to find user neg: no matching entries in passwd file" },
    { "big", "!unable to find user big: no matching entries in passwd file" },
    { "broken", "!unable to find user broken: no matching entries in passwd file" },
    { "4294967295", "!unable to find user 4294967295: no matching entries in passwd file" },
    { "-1", "!unable to find user -1: no matching entries in passwd file" },
    { "web:nosuch", "!unable to find group nosuch: no matching entries in group file" },
    { "web:bad", "!unable to find group bad: no matching entries in group file" },
    { "0x0", "!unable to find user 0x0: no matching entries in passwd file" },
};

START_TEST(finds)
{
    ck_assert_str_eq(look_up(rows[_i].text, NULL), rows[_i].want);
}
END_TEST

START_TEST(more_groups)
{
    ck_assert_str_eq(look_up("web", (char *[]){ (char[]){ "www" }, (char[]){ "777" }, NULL }),
                     "33:34 34,8,44,777 /srv");
    ck_assert_str_eq(look_up("web:0", (char *[]){ (char[]){ "8" }, (char[]){ "8" }, NULL }),
                     "33:0 0,8 /srv");
    ck_assert_str_eq(look_up("web", (char *[]){ (char[]){ "nosuch" }, NULL }),
                     "!unable to find group nosuch: no matching entries in group file");
}
END_TEST

START_TEST(without_files)
{
    ck_assert_int_eq(unlinkat(unit_dirfd, "etc/passwd", 0), 0);
    ck_assert_int_eq(unlinkat(unit_dirfd, "etc/group", 0), 0);
    ck_assert_str_eq(look_up("", NULL), "0:0 0 /");
    ck_assert_str_eq(look_up("5:6", NULL), "5:6 6 /");
    ck_assert_str_eq(look_up("web", NULL),
                     "!unable to find user web: no matching entries in passwd file");
    ck_assert_int_eq(unlinkat(unit_dirfd, "etc", AT_REMOVEDIR), 0);
    put("etc", "a file");
    ck_assert_str_eq(look_up("5", NULL), "5:0 0 /");
}
END_TEST

START_TEST(long_lines)
{
    AUTO_BUF struct buf b = { 0 };

    for (int i = 0; i < 300000; i++)
        buf_str(&b, "long");
    buf_str(&b, ":x:1:1::/:\n");
    for (int i = 0; i < 100; i++)
        buf_str(&b, ":");
    buf_str(&b, "\nweb:x:33:34:");
    for (int i = 0; i < 300000; i++)
        buf_str(&b, "gecos");
    buf_str(&b, ":/srv:\n");
    put("etc/passwd", b.data);
    ck_assert_str_eq(look_up("web", NULL), "33:34 34,8,44 /srv");
}
END_TEST

START_TEST(too_large)
{
    int fd = openat(unit_dirfd, "etc/passwd", O_WRONLY | O_CLOEXEC);

    ck_assert_int_eq(ftruncate(fd, (16 << 20) + 1), 0);
    close(fd);
    struct user u;
    unit_fails(user_lookup(unit_dirfd, "web", NULL, &u, &e), ERR_LIMIT, &e);
}
END_TEST

/* Links stay inside the rootfs; what is no file is not opened. */
START_TEST(links_and_devices)
{
    struct user u;

    unlinkat(unit_dirfd, "etc/passwd", 0);
    ck_assert_int_eq(symlinkat("/../../../../usr/passwd", unit_dirfd, "etc/passwd"), 0);
    ck_assert_str_eq(look_up("5", NULL), "5:0 0 /");
    mkdirat(unit_dirfd, "usr", 0755);
    put("usr/passwd", "in:x:70:71::/in:\n");
    ck_assert_str_eq(look_up("in", NULL), "70:71 71 /in");
    unlinkat(unit_dirfd, "etc/passwd", 0);
    ck_assert_int_eq(symlinkat("/etc/passwd", unit_dirfd, "etc/passwd"), 0);
    ck_assert_int_lt(user_lookup(unit_dirfd, "web", NULL, &u, &e), 0);
    unlinkat(unit_dirfd, "etc/passwd", 0);
    ck_assert_int_eq(mkfifoat(unit_dirfd, "etc/passwd", 0644), 0);
    unit_fails(user_lookup(unit_dirfd, "web", NULL, &u, &e), ERR_INVALID, &e);
    ck_assert_ptr_nonnull(strstr(e.msg, "/etc/passwd in the container is not a regular file"));
    unlinkat(unit_dirfd, "etc/passwd", 0);
    if (mknodat(unit_dirfd, "etc/passwd", S_IFCHR | 0644, makedev(1, 5)) == 0)
        unit_fails(user_lookup(unit_dirfd, "web", NULL, &u, &e), ERR_INVALID, &e);
    unlinkat(unit_dirfd, "etc/passwd", 0);
    mkdirat(unit_dirfd, "etc/passwd", 0755);
    unit_fails(user_lookup(unit_dirfd, "web", NULL, &u, &e), ERR_INVALID, &e);
}
END_TEST

START_TEST(applies)
{
    struct user u = { 0 };
    struct config_process proc = { 0 };

    unit_ok(user_lookup(unit_dirfd, "web", NULL, &u, &e), &e);
    unit_ok(user_apply(&u, &proc, &e), &e);
    ck_assert_uint_eq(proc.user.uid, 33);
    ck_assert_uint_eq(proc.user.gid, 34);
    ck_assert_uint_eq(proc.user.additional_gids.n, 3);
    ck_assert_str_eq(strv_env_get(proc.env, "HOME"), "/srv");
    user_free(&u);
    ck_assert_int_eq(strv_env_set(&proc.env, "HOME=/mine"), 0);
    unit_ok(user_lookup(unit_dirfd, "root", NULL, &u, &e), &e);
    unit_ok(user_apply(&u, &proc, &e), &e);
    ck_assert_str_eq(strv_env_get(proc.env, "HOME"), "/mine");
    ck_assert_uint_eq(proc.user.additional_gids.n, 1);
    user_free(&u);
    strv_free(proc.env);
    free(proc.user.additional_gids.v);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("user");

    tcase_add_checked_fixture(t, start, unit_dir_remove);
    tcase_add_loop_test(t, finds, 0, (int)ARRAY_LEN(rows));
    tcase_add_test(t, more_groups);
    tcase_add_test(t, without_files);
    tcase_add_test(t, long_lines);
    tcase_add_test(t, too_large);
    tcase_add_test(t, links_and_devices);
    tcase_add_test(t, applies);
    return unit_run(t);
}
