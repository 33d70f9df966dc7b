/* SPDX-License-Identifier: MIT */
/* linux.mountLabel: the SELinux context of what is mounted. */
#include "runtime/mount_label.h"

#include "base/fs.h"
#include "base/str.h"
#include "oci/annotation.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/xattr.h>

static bool is_labelled(const struct config *c)
{
    return !str_empty(c->lnx.mount_label);
}

static const char *context_type(const struct config *c)
{
    const char *type = config_annotation(c, ANNOTATION_MOUNT_CONTEXT);

    return type ? type : "context";
}

static bool selinux_is_on(void)
{
    AUTO_FD int fd = open("/sys/fs/selinux", O_PATH | O_CLOEXEC);

    return fd >= 0 && fs_is_type(fd, SELINUX_MAGIC);
}

int mount_label_check(const struct config *c, struct err *e)
{
    static const char *const types[] = { "context", "fscontext", "defcontext", "rootcontext" };
    bool known = false;

    if (!is_labelled(c))
        return 0;
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        known = known || STREQ(types[i], context_type(c));
    if (!known)
        return err_set(e, ERR_INVALID,
                       "/annotations/" ANNOTATION_MOUNT_CONTEXT
                       ": \"%s\" is not one of context, fscontext, "
                       "defcontext, rootcontext",
                       context_type(c));
    return selinux_is_on() ? 0
                           : err_set(e, ERR_UNSUPPORTED,
                                     "/linux/mountLabel: SELinux is not enabled on this host");
}

bool mount_label_is_xattr(const struct config *c, const char *type)
{
    return is_labelled(c) && STREQ(type, "mqueue");
}

int mount_label_add(const struct config *c, const char *type, char ***data, struct err *e)
{
    if (!is_labelled(c) || mount_label_is_xattr(c, type))
        return 0;
    return strv_addf(data, "%s=%s", context_type(c), c->lnx.mount_label) < 0 ? err_nomem(e) : 0;
}

int mount_label_set(const struct config *c, int fd, struct err *e)
{
    const char *label = c->lnx.mount_label;
    char path[FS_FD_PATH_MAX];

    if (setxattr(fs_fd_path(fd, path), "security.selinux", label, strlen(label) + 1, 0) < 0)
        return err_sys(e, "label", label);
    return 0;
}
