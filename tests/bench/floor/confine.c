/* SPDX-License-Identifier: MIT */
/* Docker's default capabilities and a system call filter of its profile's size. */
#include "tests/bench/floor/confine.h"
#include "tests/bench/floor/floor.h"
#include "tests/bench/floor/floor_filter.h"

#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BIT(cap) (UINT64_C(1) << (cap))

static const uint64_t default_caps =
    BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE) | BIT(CAP_FSETID) | BIT(CAP_FOWNER) | BIT(CAP_MKNOD) |
    BIT(CAP_NET_RAW) | BIT(CAP_SETGID) | BIT(CAP_SETUID) | BIT(CAP_SETFCAP) | BIT(CAP_SETPCAP) |
    BIT(CAP_NET_BIND_SERVICE) | BIT(CAP_SYS_CHROOT) | BIT(CAP_KILL) | BIT(CAP_AUDIT_WRITE);

static void load_filter(void)
{
    struct sock_fprog prog = {
        .len = sizeof(floor_filter) / sizeof(*floor_filter),
        .filter = (struct sock_filter *)floor_filter,
    };

    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog) < 0)
        floor_die("seccomp", "filter");
}

void confine_self(bool filter)
{
    struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct data[2] = { 0 };

    if (filter) /* while CAP_SYS_ADMIN is there: docker does not set no_new_privs */
        load_filter();
    for (int cap = 0; cap <= CAP_LAST_CAP; cap++)
        if (!(default_caps & BIT(cap)))
            prctl(PR_CAPBSET_DROP, cap, 0, 0, 0); /* EINVAL: newer than the kernel */
    for (int i = 0; i < 2; i++) {
        data[i].effective = (uint32_t)(default_caps >> (32 * i));
        data[i].permitted = data[i].effective;
    }
    if (syscall(SYS_capset, &head, data) < 0)
        floor_die("capset", "");
}
