/* SPDX-License-Identifier: MIT */
/* What this runtime understands, read off the tables that its parsers use. */
#include "runtime/supported.h"

#include "base/str.h"
#include "oci/annotation.h"
#include "oci/config.h"
#include "runtime/mount_option.h"
#include "runtime/seccomp_rules.h"

#include <linux/seccomp.h>
#include <stdio.h>
#include <sys/syscall.h>

#ifndef SECCOMP_FILTER_FLAG_NEW_LISTENER
#define SECCOMP_FILTER_FLAG_NEW_LISTENER (1ul << 3)
#endif

static int add_names(const struct json_enum *names, char ***ret)
{
    for (; names->name; names++)
        if (strv_add(ret, names->name) < 0)
            return -1;
    return 0;
}

/* The names of the hooks are the keys of that object in config.json. */
static int add_hooks(char ***ret)
{
    const struct json_field *hooks = config_table.fields;

    while (!STREQ(hooks->name, "hooks"))
        hooks++;
    for (size_t i = 0; i < hooks->table->n_fields; i++)
        if (strv_add(ret, hooks->table->fields[i].name) < 0)
            return -1;
    return 0;
}

static int add_mount_options(char ***ret)
{
    for (size_t i = 0; mount_option_name(i); i++)
        if (strv_add(ret, mount_option_name(i)) < 0)
            return -1;
    return 0;
}

/* Those that the library which compiles filters knows. */
static int add_archs(char ***ret)
{
    for (const struct json_enum *it = config_arch_names; it->name; it++)
        if (seccomp_rules_knows((enum config_arch)it->value) && strv_add(ret, it->name) < 0)
            return -1;
    return 0;
}

/* A filter that is nowhere: the kernel looks at the flags first (seccomp(2)). */
static bool kernel_has(unsigned long flag)
{
    if (flag == 1ul << CONFIG_SECCOMP_WAIT_KILLABLE_RECV)
        flag |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flag, NULL) < 0 && errno == EFAULT;
}

static int add_flags(struct features_seccomp *s)
{
    for (const struct json_enum *it = config_seccomp_flag_names; it->name; it++)
        if (strv_add(&s->known_flags, it->name) < 0 ||
            (kernel_has(1ul << it->value) && strv_add(&s->supported_flags, it->name) < 0))
            return -1;
    return 0;
}

static const struct opt_bool yes = { true, true };
static const struct opt_bool no = { true, false };

static int fill_seccomp(struct features_seccomp *s)
{
    s->enabled = yes;
    if (add_names(config_seccomp_action_names, &s->actions) < 0 ||
        add_names(config_seccomp_op_names, &s->operators) < 0 || add_archs(&s->archs) < 0)
        return -1;
    return add_flags(s);
}

static int fill_linux(struct features_linux *l)
{
    l->cgroup = (struct features_cgroup){
        .v1 = no, .v2 = yes, .systemd = yes, .systemd_user = yes, .rdma = yes
    };
    l->apparmor.enabled = yes;
    l->selinux.enabled = yes;
    l->mount_extensions.idmap.enabled = yes;
    l->intel_rdt =
        (struct features_intel_rdt){ .enabled = yes, .schemata = yes, .monitoring = yes };
    l->net_devices.enabled = yes;
    if (add_names(config_ns_names, &l->namespaces) < 0 ||
        add_names(config_cap_names, &l->capabilities) < 0 ||
        add_names(config_mpol_names, &l->memory_policy.modes) < 0 ||
        add_names(config_mpol_flag_names, &l->memory_policy.flags) < 0)
        return -1;
    return fill_seccomp(&l->seccomp);
}

static int add_annotations(char ***ret)
{
    for (const struct annotation *a = annotation_table; a->name; a++)
        if (strv_add(ret, a->name) < 0)
            return -1;
    return 0;
}

static int fill(struct features *f)
{
    char version[32];

    f->oci_version_min = str_dup(CONFIG_OCI_VERSION_MIN);
    f->oci_version_max = str_dup(CONFIG_OCI_VERSION);
    if (!f->oci_version_min || !f->oci_version_max || add_hooks(&f->hooks) < 0 ||
        add_mount_options(&f->mount_options) < 0 ||
        add_annotations(&f->potentially_unsafe_config_annotations) < 0 ||
        json_map_set(&f->annotations, "hako.version", HAKO_VERSION) < 0 ||
        json_map_set(&f->annotations, "io.github.seccomp.libseccomp.version",
                     supported_libseccomp(version, sizeof(version))) < 0)
        return -1;
    return fill_linux(&f->lnx);
}

int supported_features(struct features *ret, struct err *e)
{
    CLEANUP(features) struct features f = { 0 };

    if (fill(&f) < 0)
        return err_nomem(e);
    *ret = f;
    f = (struct features){ 0 };
    return 0;
}

const char *supported_libseccomp(char *buf, size_t len)
{
    unsigned v[3];

    seccomp_rules_version(v);
    snprintf(buf, len, "%u.%u.%u", v[0], v[1], v[2]);
    return buf;
}
