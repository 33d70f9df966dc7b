/* SPDX-License-Identifier: MIT */
/* hako-oci's entry: the OCI runtime command line that engines call. */
#include "base/log.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/timing.h"
#include "cli/complete.h"
#include "cli/oci/oci.h"
#include "cli/oci/oci_log.h"
#include "cli/oci/oci_version.h"
#include "cli/options.h"
#include "cli/output.h"
#include "runtime/idmap.h"
#include "runtime/lifecycle.h"
#include "runtime/statefile.h"

#include <limits.h>

static const char *const formats[] = { "text", "json", NULL };
static const char *const levels[] = { "error", "warning", "info", "debug", NULL };
/* In the order of enum lifecycle_rootless. */
static const char *const rootless_words[] = { "auto", "true", "false", NULL };

#define AT(field) OPT_AT(struct oci, field)
static const struct opt globals[] = {
    { 0, "root", OPT_STRING, AT(root), "DIR", "Keep the state of containers here (/run/hako/oci)",
      .words = opt_words_dir },
    { 0, "log", OPT_STRING, AT(log), "FILE",
      "Append messages to this file, or [file:|journald:|syslog:]NAME", .words = opt_words_file },
    { 0, "log-format", OPT_ENUM, AT(log_format), "FORMAT", "Format of messages: text, json",
      .choices = formats },
    { 0, "log-level", OPT_ENUM, AT(log_level), "LEVEL",
      "Write messages up to this level: error, warning, info, debug", .choices = levels },
    { 0, "debug", OPT_FLAG, AT(debug), NULL, "Write debug messages" },
    { 0, "timings", OPT_FLAG, AT(timings), NULL, "Write how long each step took" },
    { 0, "cgroup-manager", OPT_STRING, AT(cgroup_manager), "NAME",
      "How cgroups are managed: cgroupfs, systemd, disabled" },
    { 0, "systemd-cgroup", OPT_FLAG, AT(systemd_cgroup), NULL, "Have systemd manage cgroups" },
    { 0, "rootless", OPT_ENUM, AT(rootless), "BOOL",
      "Whether cgroups may be out of reach: auto, true, false", .choices = rootless_words },
    { 0, "criu", OPT_STRING, 0, 0, .flags = OPT_IGNORED },
    { 'v', "version", OPT_FLAG, AT(version), NULL, "Print the version and quit" },
    { 'V', NULL, OPT_FLAG, AT(version), NULL, "The same", .flags = OPT_HIDDEN },
    { 0 },
};

static int print_options(void *ctx, const void *args, char **operands, struct err *e)
{
    return options_print(&oci_program, operands, e);
}

static const struct opt_cmd options_cmd = {
    .usage = "[COMMAND...]",
    .summary = "Print the option tables",
    .max_operands = -1,
    .run = print_options,
};

static const struct opt_verb verbs[] = {
    { "completion", &oci_completion },
    { "create", &oci_create },
    { "delete", &oci_delete },
    { "events", &oci_events },
    { "exec", &oci_exec },
    { "features", &oci_features },
    { "help h", &oci_help },
    { "kill", &oci_kill },
    { "list", &oci_list },
    { "pause", &oci_pause },
    { "ps", &oci_ps },
    { "resume", &oci_resume },
    { "run", &oci_run },
    { "spec", &oci_spec },
    { "start", &oci_start },
    { "state", &oci_state },
    { "update", &oci_update },
    { "__options", &options_cmd, OPT_VERB_HIDDEN },
    { 0 },
};

const struct opt_program oci_program = {
    .name = "hako-oci",
    .summary = "Run containers from OCI bundles",
    .globals = globals,
    .verbs = verbs,
};

const char *oci_cgroup_manager(const struct oci *o)
{
    return o->systemd_cgroup ? "systemd" : o->cgroup_manager;
}

/* runc's rule: a user has a directory of its own; so has root in a user namespace, unless it says
 * by USER that it is root in earnest. */
static bool wants_own_root(void)
{
    const char *user = getenv("USER");

    return geteuid() != 0 || (!(user && STREQ(user, "root")) && idmap_is_rootless());
}

const char *oci_root(const struct oci *o)
{
    static char below[PATH_MAX];
    const char *xdg = getenv("XDG_RUNTIME_DIR");

    if (o->root)
        return o->root;
    if (str_empty(xdg) || !wants_own_root())
        return STATEFILE_ROOT;
    snprintf(below, sizeof(below), "%s/hako/oci", xdg);
    return below;
}

static int print_help(const struct opt_match *m, struct err *e)
{
    AUTO_BUF struct buf b = { 0 };

    if (m->cmd)
        opt_help(&oci_program, m->cmd, m->path, output_width(), &b);
    else
        opt_help_program(&oci_program, output_width(), &b);
    return output_buf(&b, e);
}

static int run(struct oci *o, const struct opt_match *m, struct err *e)
{
    struct opt_parsed p;
    int r = opt_parse(m->cmd, m->argv, &p, e);

    if (r >= 0 && (p.help || m->help))
        r = print_help(m, e);
    else if (r >= 0) {
        r = opt_check_operands(m->cmd, m->path, p.noperands, e);
        if (r >= 0)
            r = m->cmd->run(o, p.args, p.operands, e);
    }
    opt_free(m->cmd, &p);
    return r;
}

static int dispatch(struct oci *o, char **argv, struct opt_match *m, struct err *e)
{
    struct err bad_log = ERR_INIT;

    if (*argv && STREQ(*argv, "__complete"))
        return complete_print(&oci_program, o, argv + 1);
    int r = opt_find(&oci_program, argv, o, m, e);
    int log = oci_log_open(o, r < 0 ? &bad_log : e);
    if (r < 0 || log < 0)
        return r < 0 ? r : log;
    if (o->timings)
        timing_start();
    if (o->version)
        return oci_version_print(e);
    return m->cmd && !m->cmd->verbs ? run(o, m, e) : print_help(m, e);
}

int main(int argc, char **argv)
{
    struct oci o = { .log_level = LOG_LVL_WARN };
    struct err e = ERR_INIT;
    struct opt_match m = { 0 };

    proc_open_std_fds();
    int r = dispatch(&o, argc > 0 ? argv + 1 : argv, &m, &e);
    timing_report();
    if (r >= 0)
        return r;
    oci_log_error(&e);
    return e.kind == ERR_CMD_NOT_FOUND  ? 127
           : e.kind == ERR_CMD_NOT_EXEC ? 126
           : m.cmd && m.cmd->fail_code  ? m.cmd->fail_code(&e)
                                        : 1;
}
