/* SPDX-License-Identifier: MIT */
/* The options that `hako run` and `hako create` share. */
#include "cli/run_options.h"

#include "base/str.h"
#include "cli/term.h"
#include "cli/words.h"
#include "engine/platform.h"

#define AT(field)   OPT_AT(struct run_args, field)
#define DAY_SECONDS 86400

/* In the order of enum args_cgroups, enum args_missing. */
static const char *const cgroups_words[] = { "enabled", "no-conmon", "disabled", NULL };
static const char *const missing_words[] = { "fail", "warn", NULL };

const struct opt run_options[] = {
    { 0, "add-host", OPT_STRV, AT(add_hosts), "HOST:IP", "Add a line to /etc/hosts" },
    { 0, "annotation", OPT_STRV, AT(annotations), "KEY=VALUE",
      "Add an annotation to the OCI spec" },
    { 'a', "attach", OPT_STRV, AT(attach), "STREAM", "Attach to stdin, stdout or stderr",
      .words = words_streams },
    { 0, "cap-add", OPT_LIST, AT(cap_add), "CAP", "Add Linux capabilities", .words = words_caps },
    { 0, "cap-drop", OPT_LIST, AT(cap_drop), "CAP", "Drop Linux capabilities",
      .words = words_caps },
    { 0, "cgroup-missing", OPT_ENUM, AT(cgroup_missing), "WORD",
      "When a limit's controller is not there: fail, or warn and go on", .choices = missing_words },
    { 0, "cgroup-parent", OPT_STRING, AT(cgroup_parent), "PARENT",
      "Make the container's cgroup below this one: a path, or a slice of systemd's" },
    { 0, "cgroupns", OPT_STRING, AT(cgroupns), "MODE", "Cgroup namespace: private or host",
      .words = words_private_host },
    { 0, "cgroups", OPT_ENUM, AT(cgroups), "MODE",
      "Whether it gets a cgroup of its own: enabled, no-conmon, disabled",
      .choices = cgroups_words },
    { 0, "cidfile", OPT_STRING, AT(cidfile), "FILE", "Write the container's id to a new file",
      .words = opt_words_file },
    { 0, "device", OPT_STRV, AT(devices), "SOURCE[:TARGET][:rwm]", "Give it a device of the host",
      .words = opt_words_file },
    { 0, "device-cgroup-rule", OPT_STRV, AT(device_cgroup_rules), "RULE",
      "Allow it devices by type, number and access, such as \"c 1:* rwm\"" },
    { 0, "dns", OPT_STRV, AT(dns), "IP", "Forward DNS queries to this server" },
    { 0, "dns-option", OPT_STRV, AT(dns_options), "OPTION", "Set an option of resolv.conf",
      .aliases = "dns-opt" },
    { 0, "dns-search", OPT_STRV, AT(dns_search), "DOMAIN", "Search names in this domain" },
    { 0, "domainname", OPT_STRING, AT(domainname), "NAME", "NIS domain name" },
    { 0, "entrypoint", OPT_STRING, AT(entrypoint), "COMMAND",
      "Replace the image's entrypoint; \"\" for none" },
    { 'e', "env", OPT_STRV, AT(env), "KEY=VALUE",
      "Set an environment variable; a bare KEY takes the caller's value" },
    { 0, "env-file", OPT_STRV, AT(env_files), "FILE", "Read environment variables from a file",
      .words = opt_words_file },
    { 0, "expose", OPT_STRV, AT(expose), "PORT[/PROTOCOL]",
      "Say that it listens there; nothing is published" },
    { 0, "group-add", OPT_STRV, AT(group_add), "GROUP", "Add the process to a group" },
    { 'h', "hostname", OPT_STRING, AT(hostname), "NAME", "Host name of the container" },
    { 0, "init", OPT_FLAG, AT(init), NULL,
      "Run an init that forwards signals and reaps processes" },
    { 'i', "interactive", OPT_FLAG, AT(interactive), NULL,
      "Keep its standard input open even if not attached" },
    { 0, "ip", OPT_STRING, AT(ip), "IP", "IPv4 address on the network, such as 10.44.0.10" },
    { 0, "ipc", OPT_STRING, AT(ipc), "MODE",
      "IPC namespace: private, shareable, host, none or container:NAME", .words = words_ipc },
    { 'l', "label", OPT_STRV, AT(labels), "KEY=VALUE", "Set a label" },
    { 0, "label-file", OPT_STRV, AT(label_files), "FILE", "Read labels from a file",
      .words = opt_words_file },
    { 0, "mac-address", OPT_STRING, AT(mac_address), "MAC", "MAC address on the network" },
    { 0, "mount", OPT_STRV, AT(mounts), "KEY=VALUE,...", "Mount a bind, volume or tmpfs" },
    { 0, "name", OPT_STRING, AT(name), "NAME", "Name the container" },
    { 0, "network", OPT_STRV, AT(networks), "NETWORK",
      "Join a network: a name, none, host or container:NAME", .aliases = "net",
      .words = words_networks },
    { 0, "network-alias", OPT_STRV, AT(network_aliases), "NAME",
      "Add a name under which the network knows it", .aliases = "net-alias" },
    { 0, "oom-score-adj", OPT_INT, AT(oom_score_adj), "N",
      "How soon the kernel kills it when memory runs out (-1000 to 1000)", .min = -1000,
      .max = 1000 },
    { 0, "pid", OPT_STRING, AT(pid), "MODE", "PID namespace: private, host or container:NAME",
      .words = words_pid },
    { 0, "platform", OPT_STRING, AT(platform), "OS[/ARCH]", "Platform that the image must be for" },
    { 0, "pressure", OPT_STRV, AT(pressure), "TRIGGER",
      "Note in its log when it waits for cpu, memory or io, such as memory:some:200ms/2s",
      .words = words_pressure },
    { 0, "privileged", OPT_FLAG, AT(privileged), NULL,
      "All capabilities and devices, and no confinement" },
    { 0, "pull", OPT_STRING, AT(pull), "POLICY", "Pull the image first: missing or never",
      .words = words_pull },
    { 'q', "quiet", OPT_FLAG, AT(quiet), NULL, "Print nothing about the image" },
    { 0, "read-only", OPT_FLAG, AT(read_only), NULL, "Mount its root file system read-only" },
    { 0, "rm", OPT_FLAG, AT(rm), NULL, "Remove the container when it exits" },
    { 0, "security-opt", OPT_STRV, AT(security_opts), "OPTION",
      "Confine it: no-new-privileges, seccomp=FILE or unconfined, systempaths=unconfined" },
    { 0, "shm-size", OPT_SIZE, AT(shm_size), "SIZE", "Size of /dev/shm" },
    { 0, "stop-signal", OPT_STRING, AT(stop_signal), "SIGNAL", "Signal that stops it",
      .words = words_signals },
    { 0, "stop-timeout", OPT_INT, AT(stop_timeout), "SECONDS",
      "How long to wait after that signal before killing it; -1 for ever", .min = -1,
      .max = 365 * DAY_SECONDS },
    { 0, "sysctl", OPT_STRV, AT(sysctls), "KEY=VALUE", "Set a kernel parameter in its namespaces" },
    { 0, "tmpfs", OPT_STRV, AT(tmpfs), "TARGET[:OPTIONS]", "Mount a tmpfs" },
    { 't', "tty", OPT_FLAG, AT(tty), NULL, "Give it a terminal" },
    { 0, "ulimit", OPT_STRV, AT(ulimits), "NAME=SOFT[:HARD]", "Set a resource limit" },
    { 'u', "user", OPT_STRING, AT(user), "USER[:GROUP]", "Run as this user, by name or number" },
    { 0, "uts", OPT_STRING, AT(uts), "MODE", "UTS namespace: private or host",
      .words = words_private_host },
    { 'v', "volume", OPT_STRV, AT(volumes), "[SOURCE:]TARGET[:OPTIONS]",
      "Bind a directory of the host", .words = opt_words_file },
    { 'w', "workdir", OPT_STRING, AT(workdir), "DIR", "Working directory in the container" },
    /* of other systems, or without effect in docker itself by now */
    { 0, "cpu-count", OPT_INT, 0, 0, NULL, NULL, OPT_IGNORED },
    { 0, "cpu-percent", OPT_INT, 0, 0, NULL, NULL, OPT_IGNORED },
    { 0, "disable-content-trust", OPT_FLAG, 0, 0, NULL, NULL, OPT_IGNORED },
    { 0, "io-maxbandwidth", OPT_SIZE, 0, 0, NULL, NULL, OPT_IGNORED },
    { 0, "io-maxiops", OPT_INT, 0, 0, NULL, NULL, OPT_IGNORED },
    { 0, "isolation", OPT_STRING, 0, 0, NULL, NULL, OPT_IGNORED },
    { 0 },
};

const struct run_args run_options_defaults = {
    .limits = LIMIT_ARGS_INIT,
    .sig_proxy = true,
    .stop_timeout = ARG_UNSET,
    .oom_score_adj = ARG_UNSET,
    .shm_size = ARG_UNSET,
};

static int check_pull(const char *policy, struct err *e)
{
    if (!policy || STREQ(policy, "missing") || STREQ(policy, "never"))
        return 0;
    if (!STREQ(policy, "always"))
        return err_set(e, ERR_USAGE, "--pull: \"%s\" is not missing, never or always", policy);
    err_set(e, ERR_UNSUPPORTED, "--pull always: images are local only");
    return err_hint(e, "load the image with: hako load -i FILE");
}

int run_options_take(const struct cli *c, const struct run_args *args, char **operands,
                     struct run_args *ret, struct err *e)
{
    int r = check_pull(args->pull, e);

    if (r >= 0)
        r = platform_check(args->platform, e);
    if (r < 0)
        return r;
    *ret = *args;
    ret->cgroup_manager = c->cgroup_manager;
    ret->image = operands[0];
    ret->command = operands + 1;
    if (ret->tty)
        term_own_size(&ret->rows, &ret->cols);
    return 0;
}
