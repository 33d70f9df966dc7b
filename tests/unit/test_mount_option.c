/* SPDX-License-Identifier: MIT */
/* The table of mount options: what each sets, clears, or means. */
#include "base/str.h"
#include "runtime/mount_option.h"
#include "tests/unit/unit.h"

#include <sys/mount.h>

/* Parses options that are separated by commas. */
static struct mount_options parse(const char *text)
{
    AUTO_STRV char **v = strv_split(text, ',', true);
    struct mount_options o;
    struct err e = ERR_INIT;

    ck_assert_int_eq(mount_option_parse(v, &o, &e), 0);
    return o;
}

START_TEST(attributes)
{
    struct mount_options o = parse("ro,nosuid,nodev,noexec");

    ck_assert_uint_eq(o.attr_set,
                      MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
    ck_assert_uint_eq(o.attr_clr, 0);
    ck_assert_uint_eq(o.rattr_set, 0);
    mount_option_free(&o);
}
END_TEST

START_TEST(the_last_word_counts)
{
    struct mount_options o = parse("ro,suid,rw,nosuid");

    ck_assert_uint_eq(o.attr_set, MOUNT_ATTR_NOSUID);
    ck_assert_uint_eq(o.attr_clr, MOUNT_ATTR_RDONLY);
    mount_option_free(&o);
}
END_TEST

/* mount_setattr(2): setting one access time wants the whole field cleared. */
START_TEST(access_times_are_one_field)
{
    struct mount_options o = parse("noatime,strictatime");

    ck_assert_uint_eq(o.attr_set, MOUNT_ATTR_STRICTATIME);
    ck_assert_uint_eq(o.attr_clr, MOUNT_ATTR__ATIME);
    o = parse("strictatime,relatime");
    ck_assert_uint_eq(o.attr_set, 0);
    ck_assert_uint_eq(o.attr_clr, MOUNT_ATTR__ATIME);
    o = parse("noatime,nostrictatime,norelatime");
    ck_assert_uint_eq(o.attr_set, MOUNT_ATTR_NOATIME);
    o = parse("rstrictatime,ratime");
    ck_assert_uint_eq(o.rattr_set, MOUNT_ATTR_STRICTATIME);
    o = parse("noatime,atime,nodiratime");
    ck_assert_uint_eq(o.attr_set, MOUNT_ATTR_NODIRATIME);
    ck_assert_uint_eq(o.attr_clr, MOUNT_ATTR__ATIME);
}
END_TEST

START_TEST(recursive_ones_are_apart)
{
    struct mount_options o = parse("rro,nosuid,rnoatime");

    ck_assert_uint_eq(o.rattr_set, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOATIME);
    ck_assert_uint_eq(o.rattr_clr, MOUNT_ATTR__ATIME);
    ck_assert_uint_eq(o.attr_set, MOUNT_ATTR_NOSUID);
}
END_TEST

START_TEST(propagation_keeps_its_order)
{
    struct mount_options o = parse("rslave,shared");
    AUTO_STRV char **many = strv_split("private,slave,shared,private,slave", ',', true);
    struct err e = ERR_INIT;

    ck_assert_uint_eq(o.n_prop, 2);
    ck_assert_uint_eq(o.prop[0], MS_SLAVE | MS_REC);
    ck_assert_uint_eq(o.prop[1], MS_SHARED);
    ck_assert_int_eq(mount_option_parse(many, &o, &e), -ERR_INVALID);
    ck_assert_ptr_nonnull(strstr(e.msg, "propagation"));
}
END_TEST

START_TEST(flags_and_data)
{
    struct mount_options o = parse("rbind,size=64k,tmpcopyup,mode=755,,defaults,sync,x.y");

    ck_assert_uint_eq(o.flags, MOUNT_OPTION_BIND | MOUNT_OPTION_RBIND | MOUNT_OPTION_TMPCOPYUP);
    ck_assert_uint_eq(o.sb_set, MS_SYNCHRONOUS);
    ck_assert_uint_eq(strv_len(o.data), 3);
    ck_assert_str_eq(o.data[0], "size=64k");
    ck_assert_str_eq(o.data[2], "x.y");
    mount_option_free(&o);
    ck_assert_ptr_null(o.data);
    o = parse("tmpcopyup,notmpcopyup");
    ck_assert_uint_eq(o.flags, 0);
}
END_TEST

/* The last word counts here, too; what has no name for fsconfig(2) has an empty one. */
START_TEST(flags_of_the_superblock)
{
    struct mount_options o = parse("async,sync,lazytime,nolazytime,iversion,silent,loud,mand");
    char text[64] = "";

    ck_assert_uint_eq(o.sb_set, MS_SYNCHRONOUS | MS_I_VERSION | MS_MANDLOCK);
    ck_assert_uint_eq(o.sb_clr, MS_LAZYTIME | MS_SILENT);
    for (size_t i = 0; mount_option_sb_name(i, &o); i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s,",
                 mount_option_sb_name(i, &o));
    ck_assert_str_eq(text, ",sync,mand,,nolazytime,");
    o = parse("iversion,noiversion,mand,nomand,sync,async,dirsync");
    ck_assert_uint_eq(o.sb_set, MS_DIRSYNC);
}
END_TEST

START_TEST(mappings_in_an_option)
{
    struct mount_options o = parse("ridmap=uids=0-1-10;gids=0-1-10");

    ck_assert_uint_eq(o.flags, MOUNT_OPTION_IDMAP | MOUNT_OPTION_RIDMAP);
    ck_assert_ptr_nonnull(o.idmap);
    mount_option_free(&o);
}
END_TEST

/* config.md, "Linux mount options": what a runtime must and should know. */
START_TEST(every_option_of_the_spec_is_known)
{
    static const char *const names[] = {
        "async",        "atime",       "bind",           "defaults",
        "dev",          "diratime",    "dirsync",        "exec",
        "iversion",     "lazytime",    "loud",           "noatime",
        "nodev",        "nodiratime",  "noexec",         "noiversion",
        "nolazytime",   "norelatime",  "nostrictatime",  "nosuid",
        "nosymfollow",  "private",     "ratime",         "rbind",
        "rdev",         "rdiratime",   "relatime",       "remount",
        "rexec",        "rnoatime",    "rnodev",         "rnodiratime",
        "rnoexec",      "rnorelatime", "rnostrictatime", "rnosuid",
        "rnosymfollow", "ro",          "rprivate",       "rrelatime",
        "rro",          "rrw",         "rshared",        "rslave",
        "rstrictatime", "rsuid",       "rsymfollow",     "runbindable",
        "rw",           "shared",      "silent",         "slave",
        "strictatime",  "suid",        "symfollow",      "sync",
        "tmpcopyup",    "unbindable",  "idmap",          "ridmap",
        "mand",         "nomand",
    };

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct mount_options o = parse(names[i]);
        ck_assert_msg(o.data == NULL, "%s is taken for data", names[i]);
        mount_option_free(&o);
    }
}
END_TEST

START_TEST(names_are_sorted_and_single)
{
    for (size_t i = 1; mount_option_name(i); i++)
        ck_assert_str_lt(mount_option_name(i - 1), mount_option_name(i));
}
END_TEST

START_TEST(old_flags)
{
    ck_assert_uint_eq(mount_option_ms(MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOATIME),
                      MS_RDONLY | MS_NOATIME);
    ck_assert_uint_eq(mount_option_ms(0), MS_RELATIME);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("mount_option");

    tcase_add_test(t, attributes);
    tcase_add_test(t, the_last_word_counts);
    tcase_add_test(t, access_times_are_one_field);
    tcase_add_test(t, recursive_ones_are_apart);
    tcase_add_test(t, propagation_keeps_its_order);
    tcase_add_test(t, flags_and_data);
    tcase_add_test(t, flags_of_the_superblock);
    tcase_add_test(t, mappings_in_an_option);
    tcase_add_test(t, every_option_of_the_spec_is_known);
    tcase_add_test(t, names_are_sorted_and_single);
    tcase_add_test(t, old_flags);
    return unit_run(t);
}
