/* SPDX-License-Identifier: MIT */
/* hako-oci --version: the lines that engines and people look for in runc's and crun's. */
#include "cli/oci/oci_version.h"

#include "cli/output.h"
#include "oci/config.h"
#include "runtime/statefile.h"
#include "runtime/supported.h"

#include <commit.h> /* made by the build */

int oci_version_print(struct err *e)
{
    char seccomp[32];

    return output_line(e,
                       "hako-oci version %s\n"
                       "commit: %s\n"
                       "rundir: %s\n"
                       "spec: %s\n"
                       "libseccomp: %s\n"
                       "+SELINUX +APPARMOR +CAP +SECCOMP +EBPF",
                       HAKO_VERSION, HAKO_COMMIT, STATEFILE_ROOT, CONFIG_OCI_VERSION,
                       supported_libseccomp(seccomp, sizeof(seccomp)));
}
