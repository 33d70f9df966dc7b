/* SPDX-License-Identifier: MIT */
/* For crun alone, preloaded: it insists on raising RLIMIT_MEMLOCK before it loads a device program,
 * which newer kernels do not need and which root in a container may not. */
#include <errno.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

__attribute__((visibility("default"))) int setrlimit(__rlimit_resource_t resource,
                                                     const struct rlimit *limit)
{
    long r = syscall(SYS_prlimit64, 0, resource, limit, NULL);

    return r < 0 && errno == EPERM && resource == RLIMIT_MEMLOCK ? 0 : (int)r;
}
