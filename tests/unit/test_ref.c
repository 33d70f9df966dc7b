/* SPDX-License-Identifier: MIT */
/* Image references: docker's grammar and normal form. */
#include "base/str.h"
#include "image/ref.h"
#include "tests/unit/unit.h"

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct {
    const char *text;
    const char *full;
    const char *familiar;
} good[] = {
    { "busybox", "docker.io/library/busybox:latest", "busybox:latest" },
    { "busybox:1.36", "docker.io/library/busybox:1.36", "busybox:1.36" },
    { "docker.io/busybox", "docker.io/library/busybox:latest", "busybox:latest" },
    { "index.docker.io/library/busybox", "docker.io/library/busybox:latest", "busybox:latest" },
    { "user/app", "docker.io/user/app:latest", "user/app:latest" },
    { "localhost/app:1", "localhost/app:1", "localhost/app:1" },
    { "localhost:5000/app", "localhost:5000/app:latest", "localhost:5000/app:latest" },
    { "quay.io/a/b/c:v1.2-rc_3", "quay.io/a/b/c:v1.2-rc_3", "quay.io/a/b/c:v1.2-rc_3" },
    { "[::1]:5000/app", "[::1]:5000/app:latest", "[::1]:5000/app:latest" },
    { "UPPER/app", "UPPER/app:latest", "UPPER/app:latest" },
    { "a--b/c__d.e", "docker.io/a--b/c__d.e:latest", "a--b/c__d.e:latest" },
    { "app@sha256:" HEX64, "docker.io/library/app@sha256:" HEX64, "app@sha256:" HEX64 },
    { "app:1@sha256:" HEX64, "docker.io/library/app:1@sha256:" HEX64, "app:1@sha256:" HEX64 },
};

START_TEST(normal_forms)
{
    CLEANUP(ref) struct ref r;
    struct err e;

    unit_ok(ref_parse(good[_i].text, &r, &e), &e);
    AUTO_FREE char *full = ref_full(&r);
    AUTO_FREE char *familiar = ref_familiar(&r);
    AUTO_FREE char *shorter = ref_shorten(full);
    ck_assert_str_eq(full, good[_i].full);
    ck_assert_str_eq(familiar, good[_i].familiar);
    ck_assert_str_eq(shorter, good[_i].familiar);
}
END_TEST

static const char *const bad[] = {
    "",           ":tag",           "app:", "app:-x", "App",           "a//b",  "a/",    "/a",
    "a..b",       "a___b",          "-a",   "a-",     "app@sha256:12", "app@x", "a:b:c", "a b",
    "-host.io/a", "host.io:port/a", HEX64,  "app\n",  "host..io/a",
};

START_TEST(refusals)
{
    struct ref r;
    struct err e;

    unit_fails(ref_parse(bad[_i], &r, &e), ERR_INVALID, &e);
    ck_assert(str_starts(e.msg, "invalid reference format"));
    ck_assert_ptr_null(r.path);
}
END_TEST

START_TEST(long_names)
{
    struct ref r;
    struct err e;
    char name[300];

    memset(name, 'a', sizeof(name));
    name[245] = '\0'; /* docker.io/library/ is not counted twice: 18 + 237 = 255 */
    name[237] = '\0';
    unit_ok(ref_parse(name, &r, &e), &e);
    ref_free(&r);
    name[237] = 'a';
    name[238] = '\0';
    unit_fails(ref_parse(name, &r, &e), ERR_INVALID, &e);
}
END_TEST

START_TEST(ids_and_digests)
{
    ck_assert(ref_is_id("a"));
    ck_assert(ref_is_id(HEX64));
    ck_assert(ref_is_id("sha256:" HEX64));
    ck_assert(!ref_is_id(""));
    ck_assert(!ref_is_id("sha256:"));
    ck_assert(!ref_is_id("ag"));
    ck_assert(!ref_is_id(HEX64 "0"));
    ck_assert(ref_is_digest("sha256:" HEX64));
    ck_assert(ref_is_digest("sha512:" HEX64 HEX64));
    ck_assert(!ref_is_digest("sha512:" HEX64));
    ck_assert(!ref_is_digest("sha256:../" HEX64));
    ck_assert(!ref_is_digest("md5:" HEX64));
    ck_assert(!ref_is_digest(HEX64));
    ck_assert_str_eq(ref_digest_hex("sha256:ab"), "ab");
    ck_assert_str_eq(ref_digest_hex("ab"), "ab");
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("ref");

    tcase_add_loop_test(t, normal_forms, 0, ARRAY_LEN(good));
    tcase_add_loop_test(t, refusals, 0, ARRAY_LEN(bad));
    tcase_add_test(t, long_names);
    tcase_add_test(t, ids_and_digests);
    return unit_run(t);
}
