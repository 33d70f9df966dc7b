/* SPDX-License-Identifier: MIT */
/* The grammars of -v, --mount, --tmpfs and --device. */
#include "base/str.h"
#include "engine/parse_mount.h"
#include "tests/unit/unit.h"

typedef int (*parse_fn)(const char *text, struct mount_spec *ret, struct err *e);

/* The whole of a mount as a line, so that a table can tell what it should be. */
static char *describe(const struct mount_spec *m)
{
    static const char *const types[] = { "bind", "volume", "tmpfs" };
    AUTO_FREE char *options = strv_join(m->options, ",");

    return str_fmt("%s %s>%s%s%s%s%s%s%s%s%s", types[m->type], m->source ? m->source : "",
                   m->target, m->read_only ? " ro" : "", m->make_source ? " make" : "",
                   m->no_copy ? " nocopy" : "", m->propagation ? " " : "",
                   m->propagation ? m->propagation : "",
                   m->recursion == MOUNT_SPEC_NONRECURSIVE ? " top"
                   : m->recursion == MOUNT_SPEC_RO_TOP     ? " ro-top"
                   : m->recursion == MOUNT_SPEC_RO_FORCED  ? " ro-forced"
                                                           : "",
                   options && *options ? " " : "", options ? options : "");
}

static const struct {
    parse_fn parse;
    const char *text;
    const char *want; /* "!" and part of the error, or the description */
} cases[] = {
    { parse_mount_volume, "/a:/b", "bind /a>/b make" },
    { parse_mount_volume, "/a/../c//d/:/b/./x/", "bind /c/d>/b/x make" },
    { parse_mount_volume, "/a:/b:ro", "bind /a>/b ro make" },
    { parse_mount_volume, "/a:/b:rw,z", "bind /a>/b make" },
    { parse_mount_volume, "/a:/b:ro,rslave,noexec", "bind /a>/b ro make rslave noexec" },
    { parse_mount_volume, "/a:/b:bind", "bind /a>/b make top" },
    { parse_mount_volume, "./a:/b", "bind CWD/a>/b make" },
    { parse_mount_volume, ".:/b", "bind CWD>/b make" },
    { parse_mount_volume, "data:/b:nocopy", "volume data>/b nocopy" },
    { parse_mount_volume, "/b", "volume >/b" },
    { parse_mount_volume, "", "!empty section between colons" },
    { parse_mount_volume, ":/b", "!empty section between colons" },
    { parse_mount_volume, "/a:/b:", "!empty section between colons" },
    { parse_mount_volume, "/a:/b:ro:x", "!too many colons" },
    { parse_mount_volume, "/a:b", "!the container's path \"b\" must be absolute" },
    { parse_mount_volume, "/a:/", "!can't be \"/\"" },
    { parse_mount_volume, "/a:/x/..", "!can't be \"/\"" },
    { parse_mount_volume, "/a:/b:rx", "!invalid volume \"/a:/b:rx\": invalid mode \"rx\"" },
    { parse_mount_volume, "-x:/b", "!\"-x\" is no volume name" },
    { parse_mount_volume, "a:/b", "!\"a\" is no volume name" },
    { parse_mount, "type=bind,source=/a,target=/b", "bind /a>/b" },
    { parse_mount, "type=bind,src=/a,dst=/b,readonly", "bind /a>/b ro" },
    { parse_mount, "dst=/b,type=bind,src=/a,ro=false", "bind /a>/b" },
    { parse_mount, "type=bind,src=a,destination=/b,ro=1", "bind CWD/a>/b ro" },
    { parse_mount, "type=bind,src=/a,dst=/b,bind-propagation=shared,bind-nonrecursive",
      "bind /a>/b shared top" },
    { parse_mount, "type=bind,src=/a,dst=/b,ro,bind-recursive=readonly",
      "bind /a>/b ro ro-forced" },
    { parse_mount, "type=bind,src=/a,dst=/b,ro,bind-recursive=writable", "bind /a>/b ro ro-top" },
    { parse_mount, "type=bind,\"src=/a,b\",dst=/b", "bind /a,b>/b" },
    { parse_mount, "type=tmpfs,dst=/t", "tmpfs >/t" },
    { parse_mount, "type=tmpfs,dst=/t,tmpfs-size=64m,tmpfs-mode=1770",
      "tmpfs >/t size=67108864,mode=1770" },
    { parse_mount, "src=data,dst=/b,volume-nocopy", "volume data>/b nocopy" },
    { parse_mount, "dst=/b", "volume >/b" },
    { parse_mount, "type=bind,src=/a", "!target is required" },
    { parse_mount, "type=bind,dst=/a", "!source is required" },
    { parse_mount, "type=tmpfs,src=/x,dst=/t", "!a tmpfs has no source" },
    { parse_mount, "type=tmpfs,dst=/t,bind-propagation=shared",
      "!bind-propagation=shared does not fit the type" },
    { parse_mount, "type=bind,src=/a,dst=/t,tmpfs-size=1m", "!does not fit the type" },
    { parse_mount, "type=nfs,dst=/t", "!type \"nfs\" is not bind, volume or tmpfs" },
    { parse_mount, "type=bind,src=/a,dst=/b,bogus=1", "!unknown option \"bogus\"" },
    { parse_mount, "type=bind,src=/a,dst=/b,ro=maybe", "!\"maybe\" is not true or false" },
    { parse_mount, "type=bind,src,dst=/b", "!src needs a value" },
    { parse_mount, "type=bind,src=/a,dst=b", "!must be absolute" },
    { parse_mount, "type=bind,src=/a,dst=/b,bind-recursive=readonly", "!needs readonly" },
    { parse_mount, "type=tmpfs,dst=/t,tmpfs-size=lots", "!invalid value \"lots\"" },
    { parse_mount, "type=tmpfs,dst=/t,tmpfs-mode=9", "!octal" },
    { parse_mount, "type=bind,\"src=/a", "!double quote" },
    { parse_mount, "type=volume,src=../x,dst=/b", "!is no volume name" },
    { parse_mount_tmpfs, "/t", "tmpfs >/t" },
    { parse_mount_tmpfs, "/t:", "tmpfs >/t" },
    { parse_mount_tmpfs, "/t:rw,size=64m,noexec", "tmpfs >/t size=64m,noexec" },
    { parse_mount_tmpfs, "/t:ro", "tmpfs >/t ro" },
    { parse_mount_tmpfs, "t", "!must be absolute" },
};

START_TEST(parses)
{
    struct mount_spec m = { 0 };
    struct err e = ERR_INIT;
    char cwd[512];
    int r = cases[_i].parse(cases[_i].text, &m, &e);

    if (cases[_i].want[0] == '!') {
        ck_assert_int_eq(r, -ERR_INVALID);
        ck_assert_msg(strstr(e.msg, cases[_i].want + 1), "%s: %s", cases[_i].text, e.msg);
        ck_assert_ptr_nonnull(strstr(e.msg, cases[_i].text));
        return;
    }
    ck_assert_msg(r == 0, "%s: %s", cases[_i].text, e.msg);
    AUTO_FREE char *got = describe(&m);
    const char *at = strstr(cases[_i].want, "CWD");
    ck_assert_ptr_nonnull(getcwd(cwd, sizeof(cwd)));
    AUTO_FREE char *want =
        at ? str_fmt("%.*s%s%s", (int)(at - cases[_i].want), cases[_i].want, cwd, at + 3)
           : str_dup(cases[_i].want);
    ck_assert_str_eq(got, want);
    parse_mount_free(&m);
}
END_TEST

static const struct {
    const char *text;
    const char *source; /* NULL: refused */
    const char *target;
    const char *access;
} devices[] = {
    { "/dev/sda", "/dev/sda", "/dev/sda", "rwm" },
    { "/dev/sda:/dev/xvda", "/dev/sda", "/dev/xvda", "rwm" },
    { "/dev/sda:r", "/dev/sda", "/dev/sda", "r" },
    { "/dev/sda:/dev/x:rw", "/dev/sda", "/dev/x", "rw" },
    { "/dev//sda:/dev/./x:mr", "/dev/sda", "/dev/x", "mr" },
    { "dev/sda", NULL, NULL, NULL },
    { "/dev/sda:x", NULL, NULL, NULL },
    { "/dev/sda:/dev/x:", NULL, NULL, NULL },
    { "/dev/sda:/dev/x:rr", NULL, NULL, NULL },
    { "/dev/sda:/dev/x:rwmr", NULL, NULL, NULL },
    { "/dev/sda:r:w", NULL, NULL, NULL },
    { "/dev/sda:/x:rw:y", NULL, NULL, NULL },
};

START_TEST(parses_devices)
{
    struct device_spec d = { 0 };
    struct err e = ERR_INIT;
    int r = parse_mount_device(devices[_i].text, &d, &e);

    ck_assert_int_eq(r, devices[_i].source ? 0 : -ERR_INVALID);
    if (r < 0)
        return;
    ck_assert_str_eq(d.source, devices[_i].source);
    ck_assert_str_eq(d.target, devices[_i].target);
    ck_assert_str_eq(d.access, devices[_i].access);
    parse_mount_device_free(&d);
}
END_TEST

static const char *const paths[][2] = {
    { "/", "/" },       { "//a//b/", "/a/b" }, { "/a/../../b", "/b" }, { "/a/b/..", "/a" },
    { "/./a/.", "/a" }, { "/..", "/" },        { "/a/..b", "/a/..b" },
};

START_TEST(cleans)
{
    AUTO_FREE char *got = parse_mount_clean(paths[_i][0]);

    ck_assert_str_eq(got, paths[_i][1]);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("parse_mount");

    tcase_add_loop_test(t, parses, 0, (int)ARRAY_LEN(cases));
    tcase_add_loop_test(t, parses_devices, 0, (int)ARRAY_LEN(devices));
    tcase_add_loop_test(t, cleans, 0, (int)ARRAY_LEN(paths));
    return unit_run(t);
}
