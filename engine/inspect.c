/* SPDX-License-Identifier: MIT */
/* A container as docker's inspect shows it. */
#include "engine/inspect.h"

#include "base/fs.h"
#include "base/str.h"
#include "cgroup/cgroup_oom.h"
#include "engine/freeze.h"
#include "engine/heal.h"
#include "engine/inspect_limits.h"
#include "engine/inspect_part.h"
#include "engine/monitor/logfile.h"
#include "engine/volume.h"

static void time_member(struct json_out *o, const char *key, int64_t ns)
{
    char text[LOGFILE_TIME + 1] = "0001-01-01T00:00:00Z";

    if (ns > 0)
        logfile_time(ns, text);
    json_out_member_str(o, key, text);
}

static void empty_member(struct json_out *o, const char *key)
{
    json_out_key(o, key);
    json_out_object(o);
    json_out_object_end(o);
}

/* hako's own: how the last process was killed for lack of memory. */
static void out_oom(struct json_out *o, const struct oom *oom)
{
    AUTO_BUF struct buf line = { 0 };

    json_out_key(o, "OOM");
    if (!oom) {
        json_out_null(o);
        return;
    }
    cgroup_oom_text(oom, &line);
    json_out_object(o);
    json_out_member_str(o, "Message", str_text(line.data));
    json_out_member_str(o, "Cause", str_text(json_enum_name(oom_cause_names, (int)oom->cause)));
    json_out_member_str(o, "Cgroup", str_text(oom->cgroup));
    json_out_member_i64(o, "Limit", (int64_t)oom->limit);
    json_out_member_i64(o, "SwapLimit", (int64_t)oom->swap_limit);
    json_out_member_i64(o, "Peak", (int64_t)oom->peak);
    json_out_member_str(o, "Victim", str_text(oom->victim));
    json_out_member_i64(o, "VictimPid", oom->victim_pid);
    json_out_member_i64(o, "Kills", (int64_t)oom->kills);
    time_member(o, "At", oom->time);
    json_out_object_end(o);
}

static void out_pressure(struct json_out *o, const struct status *s)
{
    json_out_key(o, "Pressure");
    json_out_array(o);
    for (size_t i = 0; i < s->n_pressure; i++) {
        const struct status_pressure *p = &s->pressure[i];
        json_out_object(o);
        json_out_member_str(o, "Trigger", str_text(p->trigger));
        json_out_member_i64(o, "Count", (int64_t)p->count);
        time_member(o, "LastAt", p->last);
        json_out_object_end(o);
    }
    json_out_array_end(o);
}

/* The group, as podman shows it, is there while it runs. */
static void out_state(struct json_out *o, const struct record *r, const struct status *s)
{
    static const char *const words[] = { "created", "created", "running", "paused", "exited" };

    json_out_key(o, "State");
    json_out_object(o);
    json_out_member_str(o, "Status", words[s->state]);
    json_out_member_bool(o, "Running", s->state == RECORD_RUNNING || s->state == RECORD_PAUSED);
    json_out_member_bool(o, "Paused", s->state == RECORD_PAUSED);
    json_out_member_bool(o, "Restarting", false);
    json_out_member_bool(o, "OOMKilled", s->oom_killed);
    json_out_member_bool(o, "Dead", false);
    json_out_member_i64(o, "Pid", s->pid);
    json_out_member_i64(o, "MonitorPid", s->monitor_pid);
    json_out_member_str(o, "CgroupPath", s->pid > 0 ? str_text(r->cgroup) : "");
    json_out_member_i64(o, "ExitCode", s->exit_code);
    json_out_member_str(o, "Error", str_text(s->error));
    time_member(o, "StartedAt", s->started);
    time_member(o, "FinishedAt", s->finished);
    json_out_member_null(o, "Health");
    out_oom(o, s->oom);
    out_pressure(o, s);
    json_out_object_end(o);
}

/* Keys without values; none: null. */
static void out_set(struct json_out *o, const char *key, char *const *names)
{
    if (!names) {
        json_out_member_null(o, key);
        return;
    }
    json_out_key(o, key);
    json_out_object(o);
    strv_foreach (it, names)
        empty_member(o, *it);
    json_out_object_end(o);
}

/* Those without a name: the image's, and -v TARGET's. */
static void out_volumes(struct json_out *o, const struct record *r)
{
    AUTO_STRV char **targets = NULL;

    for (size_t i = 0; i < r->n_mounts; i++)
        if (r->mounts[i].anonymous && strv_add(&targets, r->mounts[i].destination) < 0)
            o->buf->failed = true;
    out_set(o, "Volumes", targets);
}

static void out_config(struct json_out *o, const struct record *r)
{
    json_out_key(o, "Config");
    json_out_object(o);
    json_out_member_str(o, "Hostname", str_text(r->hostname));
    json_out_member_str(o, "Domainname", str_text(r->domainname));
    json_out_member_str(o, "User", str_text(r->user));
    json_out_member_bool(o, "AttachStdin", r->attach_stdin);
    json_out_member_bool(o, "AttachStdout", r->attach_stdout);
    json_out_member_bool(o, "AttachStderr", r->attach_stderr);
    json_out_member_bool(o, "Tty", r->tty);
    json_out_member_bool(o, "OpenStdin", r->open_stdin);
    json_out_member_bool(o, "StdinOnce", r->stdin_once);
    json_out_member_strv(o, "Env", r->env);
    json_out_member_strv(o, "Cmd", r->cmd);
    json_out_member_str(o, "Image", str_text(r->image));
    json_out_member_str(o, "WorkingDir", str_text(r->working_dir));
    json_out_member_strv(o, "Entrypoint", r->entrypoint);
    out_set(o, "ExposedPorts", r->exposed_ports);
    out_volumes(o, r);
    json_out_member_null(o, "OnBuild");
    json_out_member_null(o, "Healthcheck");
    json_out_member_map(o, "Labels", &r->labels);
    json_out_member_str(o, "StopSignal", r->stop_signal ? r->stop_signal : "SIGTERM");
    if (r->stop_timeout.set)
        json_out_member_i64(o, "StopTimeout", r->stop_timeout.val);
    else
        json_out_member_null(o, "StopTimeout");
    json_out_object_end(o);
}

/* SOURCE:TARGET[:MODE], as -v writes them. */
static void out_binds(struct json_out *o, const struct record *r)
{
    AUTO_STRV char **binds = NULL;

    for (size_t i = 0; i < r->n_mounts; i++) {
        const struct record_mount *m = &r->mounts[i];
        if (!m->type || !STREQ(m->type, "bind"))
            continue;
        AUTO_FREE char *bind = str_fmt("%s:%s%s%s", str_text(m->source), str_text(m->destination),
                                       m->read_only || !str_empty(m->mode) ? ":" : "",
                                       !str_empty(m->mode) ? m->mode
                                       : m->read_only      ? "ro"
                                                           : "");
        if (!bind || strv_add(&binds, bind) < 0)
            o->buf->failed = true;
    }
    json_out_member_strv(o, "Binds", binds);
}

static void out_policies(struct json_out *o, const struct record *r)
{
    json_out_key(o, "RestartPolicy");
    json_out_object(o);
    json_out_member_str(o, "Name", "no");
    json_out_member_i64(o, "MaximumRetryCount", 0);
    json_out_object_end(o);
    json_out_key(o, "LogConfig");
    json_out_object(o);
    json_out_member_str(o, "Type", r->log.driver ? r->log.driver : "json-file");
    json_out_member_map(o, "Config", &r->log.options);
    json_out_object_end(o);
    empty_member(o, "PortBindings");
}

static void out_host_config(struct json_out *o, const struct record *r, const struct config *spec)
{
    json_out_key(o, "HostConfig");
    json_out_object(o);
    json_out_member_bool(o, "AutoRemove", r->auto_remove);
    json_out_member_bool(o, "Privileged", r->privileged);
    json_out_member_bool(o, "ReadonlyRootfs", r->read_only);
    json_out_member_bool(o, "Init", r->init);
    json_out_member_str(o, "NetworkMode", str_text(r->network_mode));
    json_out_member_str(o, "PidMode", str_text(r->pid_mode));
    json_out_member_str(o, "IpcMode", r->ipc_mode ? r->ipc_mode : "private");
    json_out_member_str(o, "UTSMode", str_text(r->uts_mode));
    json_out_member_str(o, "CgroupnsMode", r->cgroupns_mode ? r->cgroupns_mode : "private");
    out_binds(o, r);
    out_policies(o, r);
    json_out_member_str(o, "ContainerIDFile", str_text(r->cid_file));
    json_out_member_strv(o, "CapAdd", r->cap_add);
    json_out_member_strv(o, "CapDrop", r->cap_drop);
    json_out_member_strv(o, "SecurityOpt", r->security_opt);
    json_out_member_strv(o, "Dns", r->dns);
    json_out_member_strv(o, "DnsSearch", r->dns_search);
    json_out_member_strv(o, "DnsOptions", r->dns_options);
    json_out_member_strv(o, "ExtraHosts", r->extra_hosts);
    json_out_member_strv(o, "GroupAdd", r->group_add);
    json_out_member_str(o, "CgroupManager", str_text(r->cgroup_manager));
    json_out_member_str(o, "CgroupParent", str_text(r->cgroup_parent));
    json_out_member_str(o, "Cgroups", r->cgroup ? "default" : "disabled");
    json_out_member_str(o, "CgroupMissing", r->cgroup_lenient ? "warn" : "fail");
    json_out_member_strv(o, "DeviceCgroupRules", r->device_cgroup_rules);
    inspect_limits(o, &r->limits);
    inspect_spec(o, r, spec);
    json_out_object_end(o);
}

/* A volume has a name and a driver too, and its data as source. */
static void out_source(struct json_out *o, const struct paths *p, const struct record_mount *m)
{
    bool volume = STREQ(m->type, VOLUME_TYPE);
    AUTO_FREE char *data = volume ? volume_data(p, str_text(m->name)) : NULL;

    if (volume)
        json_out_member_str(o, "Name", str_text(m->name));
    json_out_member_str(o, "Source", data ? data : str_text(m->source));
    if (volume)
        json_out_member_str(o, "Driver", "local");
}

static void out_mounts(struct json_out *o, const struct paths *p, const struct record *r)
{
    json_out_key(o, "Mounts");
    json_out_array(o);
    for (size_t i = 0; i < r->n_mounts; i++) {
        const struct record_mount *m = &r->mounts[i];
        json_out_object(o);
        json_out_member_str(o, "Type", str_text(m->type));
        out_source(o, p, m);
        json_out_member_str(o, "Destination", str_text(m->destination));
        json_out_member_str(o, "Mode", str_text(m->mode));
        json_out_member_bool(o, "RW", !m->read_only);
        json_out_member_str(o, "Propagation", str_text(m->propagation));
        json_out_object_end(o);
    }
    json_out_array_end(o);
}

/* Where a file that hako makes for the container lies, while it is there. */
static void out_file(struct json_out *o, const char *key, const struct paths *p,
                     const struct container *c, const char *name)
{
    bool there = c->run_fd >= 0 && faccessat(c->run_fd, name, F_OK, 0) == 0;
    AUTO_FREE char *path = there ? str_fmt("%s/containers/%s/%s", p->runroot, c->id, name) : NULL;

    json_out_member_str(o, key, str_text(path));
}

static void out_files(struct json_out *o, const struct paths *p, const struct container *c)
{
    AUTO_FREE char *log = str_fmt("%s/containers/%s/%s", p->root, c->id, LOGFILE_NAME);

    out_file(o, "ResolvConfPath", p, c, "resolv.conf");
    out_file(o, "HostnamePath", p, c, "hostname");
    out_file(o, "HostsPath", p, c, "hosts");
    json_out_member_str(o, "LogPath", str_text(log));
}

static void out_driver(struct json_out *o, const struct paths *p, const struct container *c)
{
    AUTO_FREE char *upper = str_fmt("%s/containers/%s/upper", p->root, c->id);
    AUTO_FREE char *work = str_fmt("%s/containers/%s/work", p->root, c->id);

    json_out_member_str(o, "Driver", "overlay");
    json_out_key(o, "GraphDriver");
    json_out_object(o);
    json_out_member_str(o, "Name", "overlay");
    json_out_key(o, "Data");
    json_out_object(o);
    json_out_member_str(o, "UpperDir", str_text(upper));
    json_out_member_str(o, "WorkDir", str_text(work));
    json_out_object_end(o);
    json_out_object_end(o);
}

static void out_labels(struct json_out *o, const struct config *spec)
{
    json_out_member_str(o, "MountLabel", str_text(spec->lnx.mount_label));
    json_out_member_str(o, "ProcessLabel",
                        spec->process ? str_text(spec->process->selinux_label) : "");
    json_out_member_str(o, "AppArmorProfile",
                        spec->process ? str_text(spec->process->apparmor_profile) : "");
    json_out_member_null(o, "ExecIDs");
}

static void out_container(struct json_out *o, const struct paths *p, const struct container *c,
                          const struct config *spec)
{
    const struct record *r = &c->record;
    AUTO_FREE char *name = str_fmt("/%s", str_text(r->name));

    json_out_object(o);
    json_out_member_str(o, "Id", c->id);
    time_member(o, "Created", r->created);
    json_out_member_str(o, "Path", str_text(r->path));
    json_out_member_strv(o, "Args", r->args);
    out_state(o, r, &c->status);
    json_out_member_str(o, "Image", str_text(r->image_id));
    out_files(o, p, c);
    json_out_member_str(o, "Name", str_text(name));
    json_out_member_i64(o, "RestartCount", c->status.restart_count);
    json_out_member_str(o, "Platform", "linux");
    out_labels(o, spec);
    out_driver(o, p, c);
    out_host_config(o, r, spec);
    out_mounts(o, p, r);
    out_config(o, r);
    inspect_network(o, p, c);
    json_out_object_end(o);
}

int inspect_container(const struct paths *p, const char *name, struct buf *ret, struct err *e)
{
    CLEANUP(container) struct container c = CONTAINER_INIT;
    AUTO_CGROUP_TREE struct cgroup_tree tree = CGROUP_TREE_INIT;
    AUTO_CONFIG struct config spec = { 0 };
    struct err ignored = ERR_INIT;
    struct json_out o = { .buf = ret };

    int r = heal_open(p, name, &c, e);
    if (r < 0)
        return r;
    freeze_look(&c, &tree);
    container_load_config(&c, &spec, &ignored); /* what is damaged has empty members */
    out_container(&o, p, &c, &spec);
    return ret->failed ? err_nomem(e) : 0;
}
