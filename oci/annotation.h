/* SPDX-License-Identifier: MIT */
/* The annotations of a config that change what the runtime does. */
#pragma once

/* One that ends in a full stop stands for all that start with it. */
struct annotation {
    const char *name;
    const char *refusal; /* why a config cannot have it; NULL: it can */
};
/* What `features` tells of: engines must not let users set these unawares. Ends with an empty row.
 * Others are kept for who reads the state, and change nothing. */
extern const struct annotation annotation_table[];

/* crun's: a group below the container's, for its processes to manage as their own. */
#define ANNOTATION_DELEGATE "run.oci.delegate-cgroup"
/* crun's: another program than the kernel runs the container; and a plug-in that answers seccomp's
 * notifications. Both are refused. */
#define ANNOTATION_HANDLER "run.oci.handler"
#define ANNOTATION_PLUGINS "run.oci.seccomp.plugins"
/* crun's: files that hooks' standard output and error are appended to. */
#define ANNOTATION_HOOKS_STDERR "run.oci.hooks.stderr"
#define ANNOTATION_HOOKS_STDOUT "run.oci.hooks.stdout"
/* crun's: the process keeps the runtime's supplementary groups. */
#define ANNOTATION_KEEP_GROUPS "run.oci.keep_original_groups"
/* crun's: which SELinux mount option the mountLabel becomes. */
#define ANNOTATION_MOUNT_CONTEXT "run.oci.mount_context_type"
/* crun's: the socket that gets a pidfd of the container's process. */
#define ANNOTATION_PIDFD_RECEIVER "run.oci.pidfd_receiver"
/* crun's, unless "0": system calls of the profile that nobody knows are an error. */
#define ANNOTATION_SECCOMP_STRICT "run.oci.seccomp_fail_unknown_syscall"
/* crun's: a filter's instructions in base64, instead of the config's profile. */
#define ANNOTATION_SECCOMP_BPF "run.oci.seccomp_bpf_data"
/* crun's: the socket that gets seccomp's listener where there is no listenerPath. */
#define ANNOTATION_SECCOMP_RECEIVER "run.oci.seccomp.receiver"
/* crun's: a group below the scope that systemd makes. */
#define ANNOTATION_SUBGROUP "run.oci.systemd.subgroup"
/* runc's and crun's: a property of that scope. */
#define ANNOTATION_UNIT_PROPERTY "org.systemd.property."
