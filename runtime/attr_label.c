/* SPDX-License-Identifier: MIT */
/* Labels of the process: AppArmor, SELinux. */
#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"
#include "runtime/setup.h"

#include <fcntl.h>
#include <linux/magic.h>

static bool have_apparmor(void)
{
    char answer[4];

    return fs_read_small(AT_FDCWD, "/sys/module/apparmor/parameters/enabled", answer,
                         sizeof(answer)) > 0 &&
           answer[0] == 'Y';
}

static bool have_selinux(void)
{
    AUTO_FD int fd = open("/sys/fs/selinux", O_PATH | O_CLOEXEC);

    return fd >= 0 && fs_is_type(fd, SELINUX_MAGIC);
}

/* Without AppArmor everything is unconfined. */
static bool wants_apparmor(const struct config_process *p)
{
    return !str_empty(p->apparmor_profile) && !STREQ(p->apparmor_profile, "unconfined");
}

int attr_check_labels(const struct config_process *p, struct err *e)
{
    if (wants_apparmor(p) && !have_apparmor()) {
        err_set(e, ERR_UNSUPPORTED,
                "/process/apparmorProfile: \"%s\" is asked for, but AppArmor is not enabled",
                p->apparmor_profile);
        return err_hint(e, "leave the profile out, or boot with security=apparmor");
    }
    if (!str_empty(p->selinux_label) && !have_selinux()) {
        err_set(e, ERR_UNSUPPORTED,
                "/process/selinuxLabel: \"%s\" is asked for, but SELinux is not enabled",
                p->selinux_label);
        return err_hint(e, "leave the label out, or boot with security=selinux and a policy");
    }
    return 0;
}

bool attr_has_labels(const struct config_process *p)
{
    return !str_empty(p->selinux_label) || wants_apparmor(p) ||
           (!str_empty(p->apparmor_profile) && have_apparmor());
}

/* Labels take effect at the next exec, so command_exec() then does without runtime/stub. */
int attr_labels(struct setup *s, struct err *e)
{
    const struct config_process *p = s->process;
    char text[512];
    int r;

    if (attr_has_labels(p) && !str_empty(p->apparmor_profile)) {
        snprintf(text, sizeof(text), "exec %s", p->apparmor_profile);
        r = setup_proc_write(s, "self/attr/apparmor/exec", text, e);
        if (r < 0)
            r = setup_proc_write(s, "self/attr/exec", text, e);
        if (r < 0)
            return err_wrap(e, "/process/apparmorProfile %s", p->apparmor_profile);
    }
    if (!str_empty(p->selinux_label)) {
        r = setup_proc_write(s, "self/attr/exec", p->selinux_label, e);
        if (r < 0)
            return err_wrap(e, "/process/selinuxLabel %s", p->selinux_label);
    }
    return 0;
}
