/* SPDX-License-Identifier: MIT */
/* Option strings of mounts, in one table: what each sets, clears, or means. */
#include "runtime/mount_option.h"

#include "base/str.h"

#include <string.h>
#include <sys/mount.h>

enum kind {
    SET,   /* attribute of the mount */
    CLEAR, /* the attribute's absence */
    RSET,  /* the same, recursively */
    RCLEAR,
    SB,      /* flag of the superblock */
    SBCLEAR, /* its absence */
    PROP,    /* propagation */
    FLAG,    /* enum mount_option_flag */
    UNFLAG,
    IGNORE, /* has no effect */
};

struct row {
    const char *name;
    enum kind kind;
    uint64_t value; /* MOUNT_ATTR_*, MS_* of propagation and superblock, MOUNT_OPTION_* */
};

#define ATIME MOUNT_ATTR__ATIME

/* The lists of config.md, "Linux mount options", and crun's additions. */
static const struct row rows[] = {
    { "async", SBCLEAR, MS_SYNCHRONOUS },
    { "atime", CLEAR, MOUNT_ATTR_NOATIME },
    { "bind", FLAG, MOUNT_OPTION_BIND },
    { "copy-symlink", FLAG, MOUNT_OPTION_COPY_SYMLINK },
    { "defaults", IGNORE, 0 },
    { "dest-nofollow", FLAG, MOUNT_OPTION_DEST_NOFOLLOW },
    { "dev", CLEAR, MOUNT_ATTR_NODEV },
    { "diratime", CLEAR, MOUNT_ATTR_NODIRATIME },
    { "dirsync", SB, MS_DIRSYNC },
    { "exec", CLEAR, MOUNT_ATTR_NOEXEC },
    { "idmap", FLAG, MOUNT_OPTION_IDMAP },
    { "iversion", SB, MS_I_VERSION },
    { "lazytime", SB, MS_LAZYTIME },
    { "loud", SBCLEAR, MS_SILENT },
    { "mand", SB, MS_MANDLOCK },
    { "noatime", SET, MOUNT_ATTR_NOATIME },
    { "nodev", SET, MOUNT_ATTR_NODEV },
    { "nodiratime", SET, MOUNT_ATTR_NODIRATIME },
    { "noexec", SET, MOUNT_ATTR_NOEXEC },
    { "noiversion", SBCLEAR, MS_I_VERSION },
    { "nolazytime", SBCLEAR, MS_LAZYTIME },
    { "nomand", SBCLEAR, MS_MANDLOCK },
    { "norelatime", CLEAR, MOUNT_ATTR_RELATIME },
    { "nostrictatime", CLEAR, MOUNT_ATTR_STRICTATIME },
    { "nosuid", SET, MOUNT_ATTR_NOSUID },
    { "nosymfollow", SET, MOUNT_ATTR_NOSYMFOLLOW },
    { "notmpcopyup", UNFLAG, MOUNT_OPTION_TMPCOPYUP },
    { "private", PROP, MS_PRIVATE },
    { "ratime", RCLEAR, MOUNT_ATTR_NOATIME },
    { "rbind", FLAG, MOUNT_OPTION_BIND | MOUNT_OPTION_RBIND },
    { "rdev", RCLEAR, MOUNT_ATTR_NODEV },
    { "rdiratime", RCLEAR, MOUNT_ATTR_NODIRATIME },
    { "relatime", SET, MOUNT_ATTR_RELATIME },
    { "remount", FLAG, MOUNT_OPTION_REMOUNT },
    { "rexec", RCLEAR, MOUNT_ATTR_NOEXEC },
    { "ridmap", FLAG, MOUNT_OPTION_IDMAP | MOUNT_OPTION_RIDMAP },
    { "rnoatime", RSET, MOUNT_ATTR_NOATIME },
    { "rnodev", RSET, MOUNT_ATTR_NODEV },
    { "rnodiratime", RSET, MOUNT_ATTR_NODIRATIME },
    { "rnoexec", RSET, MOUNT_ATTR_NOEXEC },
    { "rnorelatime", RCLEAR, MOUNT_ATTR_RELATIME },
    { "rnostrictatime", RCLEAR, MOUNT_ATTR_STRICTATIME },
    { "rnosuid", RSET, MOUNT_ATTR_NOSUID },
    { "rnosymfollow", RSET, MOUNT_ATTR_NOSYMFOLLOW },
    { "ro", SET, MOUNT_ATTR_RDONLY },
    { "rprivate", PROP, MS_PRIVATE | MS_REC },
    { "rrelatime", RSET, MOUNT_ATTR_RELATIME },
    { "rro", RSET, MOUNT_ATTR_RDONLY },
    { "rrw", RCLEAR, MOUNT_ATTR_RDONLY },
    { "rshared", PROP, MS_SHARED | MS_REC },
    { "rslave", PROP, MS_SLAVE | MS_REC },
    { "rstrictatime", RSET, MOUNT_ATTR_STRICTATIME },
    { "rsuid", RCLEAR, MOUNT_ATTR_NOSUID },
    { "rsymfollow", RCLEAR, MOUNT_ATTR_NOSYMFOLLOW },
    { "runbindable", PROP, MS_UNBINDABLE | MS_REC },
    { "rw", CLEAR, MOUNT_ATTR_RDONLY },
    { "shared", PROP, MS_SHARED },
    { "silent", SB, MS_SILENT },
    { "slave", PROP, MS_SLAVE },
    { "src-nofollow", FLAG, MOUNT_OPTION_SRC_NOFOLLOW },
    { "strictatime", SET, MOUNT_ATTR_STRICTATIME },
    { "suid", CLEAR, MOUNT_ATTR_NOSUID },
    { "symfollow", CLEAR, MOUNT_ATTR_NOSYMFOLLOW },
    { "sync", SB, MS_SYNCHRONOUS },
    { "tmpcopyup", FLAG, MOUNT_OPTION_TMPCOPYUP },
    { "unbindable", PROP, MS_UNBINDABLE },
};

static const struct row *find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (STREQ(rows[i].name, name))
            return &rows[i];
    return NULL;
}

static bool is_atime(uint64_t bits)
{
    return bits == MOUNT_ATTR_RELATIME || (bits & ATIME);
}

/* The last word on an attribute counts. The access-time values are one field of several bits:
 * mount_setattr(2) wants all of it cleared when any value of it is set. */
static void attr_set(uint64_t *set, uint64_t *clr, uint64_t bits)
{
    if (is_atime(bits)) {
        *set &= ~(uint64_t)ATIME;
        *clr |= ATIME;
    } else {
        *clr &= ~bits;
    }
    *set |= bits;
}

/* Taking an access time back means relatime, the kernel's default, whose value is 0; another value
 * that was asked for stays. */
static void attr_clear(uint64_t *set, uint64_t *clr, uint64_t bits)
{
    if (is_atime(bits)) {
        if (*set & ATIME & ~bits)
            return;
        bits = ATIME;
    }
    *set &= ~bits;
    *clr |= bits;
}

static int add_prop(struct mount_options *o, const struct row *row, struct err *e)
{
    if (o->n_prop == MOUNT_OPTION_PROP_MAX)
        return err_set(e, ERR_INVALID, "option \"%s\": more than %d propagation options", row->name,
                       MOUNT_OPTION_PROP_MAX);
    o->prop[o->n_prop++] = row->value;
    return 0;
}

static int apply(struct mount_options *o, const struct row *row, struct err *e)
{
    switch (row->kind) {
    case SET: attr_set(&o->attr_set, &o->attr_clr, row->value); break;
    case CLEAR: attr_clear(&o->attr_set, &o->attr_clr, row->value); break;
    case RSET: attr_set(&o->rattr_set, &o->rattr_clr, row->value); break;
    case RCLEAR: attr_clear(&o->rattr_set, &o->rattr_clr, row->value); break;
    case SB:
        o->sb_set |= row->value;
        o->sb_clr &= ~row->value;
        break;
    case SBCLEAR:
        o->sb_clr |= row->value;
        o->sb_set &= ~row->value;
        break;
    case PROP: return add_prop(o, row, e);
    case FLAG: o->flags |= (unsigned)row->value; break;
    case UNFLAG: o->flags &= ~(unsigned)row->value; break;
    case IGNORE: break;
    }
    return 0;
}

/* crun's "idmap=uids=0-1000-10;gids=0-1000-10" carries its mappings in the option. */
static bool take_idmap(struct mount_options *o, const char *opt)
{
    bool recursive = str_starts(opt, "ridmap=");

    if (!recursive && !str_starts(opt, "idmap="))
        return false;
    o->flags |= MOUNT_OPTION_IDMAP | (recursive ? MOUNT_OPTION_RIDMAP : 0);
    o->idmap = strchr(opt, '=') + 1;
    return true;
}

int mount_option_parse(char *const *options, struct mount_options *ret, struct err *e)
{
    *ret = (struct mount_options){ 0 };
    strv_foreach (opt, options) {
        const struct row *row = find(*opt);
        int r = 0;
        if (row)
            r = apply(ret, row, e);
        else if (!take_idmap(ret, *opt) && **opt && strv_add(&ret->data, *opt) < 0)
            r = err_nomem(e);
        if (r < 0)
            return r;
    }
    return 0;
}

void mount_option_free(struct mount_options *o)
{
    strv_free(o->data);
    *o = (struct mount_options){ 0 };
}

struct mount_options mount_option_prop(const struct mount_options *o)
{
    struct mount_options prop = { .n_prop = o->n_prop };

    memcpy(prop.prop, o->prop, sizeof(prop.prop));
    return prop;
}

unsigned long mount_option_ms(uint64_t attrs)
{
    static const struct {
        uint64_t attr;
        unsigned long ms;
    } pairs[] = {
        { MOUNT_ATTR_RDONLY, MS_RDONLY },
        { MOUNT_ATTR_NOSUID, MS_NOSUID },
        { MOUNT_ATTR_NODEV, MS_NODEV },
        { MOUNT_ATTR_NOEXEC, MS_NOEXEC },
        { MOUNT_ATTR_NOATIME, MS_NOATIME },
        { MOUNT_ATTR_STRICTATIME, MS_STRICTATIME },
        { MOUNT_ATTR_NODIRATIME, MS_NODIRATIME },
        { MOUNT_ATTR_NOSYMFOLLOW, 256 /* MS_NOSYMFOLLOW, newer than glibc 2.36 */ },
    };
    unsigned long ms = 0;

    for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
        if (attrs & pairs[i].attr)
            ms |= pairs[i].ms;
    return attrs & ATIME ? ms : ms | MS_RELATIME;
}

const char *mount_option_sb_name(size_t i, const struct mount_options *o)
{
    /* MS_SILENT and MS_I_VERSION are mount(2)'s alone. */
    static const struct {
        unsigned long ms;
        const char *set, *clear;
    } names[] = {
        { MS_RDONLY, "ro", "rw" },
        { MS_SYNCHRONOUS, "sync", "async" },
        { MS_MANDLOCK, "mand", "nomand" },
        { MS_DIRSYNC, "dirsync", "" },
        { MS_LAZYTIME, "lazytime", "nolazytime" },
    };

    if (i >= ARRAY_LEN(names))
        return NULL;
    return o->sb_set & names[i].ms ? names[i].set : o->sb_clr & names[i].ms ? names[i].clear : "";
}

const char *mount_option_name(size_t i)
{
    return i < ARRAY_LEN(rows) ? rows[i].name : NULL;
}
