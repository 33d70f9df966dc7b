/* SPDX-License-Identifier: MIT */
/* hako info: what is here, and what this host can do for containers. */
#include "base/fs.h"
#include "base/json_out.h"
#include "base/num.h"
#include "base/str.h"
#include "cli/cmd.h"
#include "cli/info_cgroup.h"
#include "cli/output.h"
#include "engine/list.h"

#include <fcntl.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

struct info_args {
    const char *format;
};

static const struct opt options[] = {
    { 'f', "format", OPT_STRING, OPT_AT(struct info_args, format), "FORMAT",
      "Print as json, or by a Go template" },
    { 0 },
};

static const char head[] = "Server Version:\t{{.ServerVersion}}\n"
                           "Containers:\t{{.Containers}} ({{.ContainersRunning}} running, "
                           "{{.ContainersPaused}} paused, {{.ContainersStopped}} stopped)\n"
                           "Images:\t{{.Images}}\n"
                           "Storage Driver:\t{{.Driver}}\n"
                           "Root Dir:\t{{.DockerRootDir}}\n"
                           "Run Root:\t{{.RunRoot}}\n";
static const char tail[] = "Kernel Version:\t{{.KernelVersion}}\n"
                           "Operating System:\t{{.OperatingSystem}}\n"
                           "Architecture:\t{{.Architecture}}\n"
                           "CPUs:\t{{.NCPU}}\n"
                           "Total Memory:\t{{.Memory}}\n"
                           "Name:\t{{.Name}}\n"
                           "{{range .Warnings}}{{.}}\n{{end}}";

static int add_containers(struct cli *c, struct json_out *o, struct err *e)
{
    static const struct {
        const char *key;
        enum record_state state;
    } rows[] = {
        { "ContainersRunning", RECORD_RUNNING },
        { "ContainersPaused", RECORD_PAUSED },
        { "ContainersStopped", RECORD_STOPPED },
    };
    struct container_list list = { 0 };
    const struct paths *p;
    int r = cli_paths(c, &p, e);

    if (r >= 0)
        r = list_containers(p, true, &list, e);
    if (r < 0)
        return r;
    json_out_member_i64(o, "Containers", (int64_t)list.count);
    for (size_t k = 0; k < ARRAY_LEN(rows); k++) {
        int64_t n = 0;
        for (size_t i = 0; i < list.count; i++) {
            enum record_state state = list.items[i].status.state;
            bool stopped = state == RECORD_CREATED && rows[k].state == RECORD_STOPPED;
            n += state == rows[k].state || stopped;
        }
        json_out_member_i64(o, rows[k].key, n);
    }
    json_out_member_str(o, "DockerRootDir", p->root);
    json_out_member_str(o, "RunRoot", p->runroot);
    list_free(&list);
    return 0;
}

static int add_images(struct cli *c, struct json_out *o, struct err *e)
{
    struct store s;
    CLEANUP(store_list) struct store_list list = { 0 };
    int r = cli_store(c, &s, e);

    if (r >= 0)
        r = store_list(&s, &list, e);
    if (r >= 0)
        json_out_member_i64(o, "Images", (int64_t)list.count);
    return r;
}

/* PRETTY_NAME of os-release(5). */
static void add_system_name(struct json_out *o)
{
    char file[2048] = "";
    const char *name = "Linux";

    fs_read_small(AT_FDCWD, "/etc/os-release", file, sizeof(file));
    char *at = strstr(file, "PRETTY_NAME=");
    if (at) {
        name = at + strlen("PRETTY_NAME=");
        at = strchr(name, '\n');
        if (at)
            *at = '\0';
    }
    AUTO_FREE char *bare = str_dup(name[0] == '"' ? name + 1 : name);
    if (bare)
        bare[strcspn(bare, "\"")] = '\0';
    json_out_member_str(o, "OperatingSystem", bare);
}

static void add_host(struct json_out *o)
{
    struct utsname u;
    struct sysinfo s;
    char size[32];

    uname(&u);
    sysinfo(&s);
    uint64_t memory = (uint64_t)s.totalram * s.mem_unit;
    json_out_member_str(o, "Driver", "overlay");
    json_out_member_str(o, "KernelVersion", u.release);
    add_system_name(o);
    json_out_member_str(o, "OSType", "linux");
    json_out_member_str(o, "Architecture", u.machine);
    json_out_member_i64(o, "NCPU", get_nprocs());
    json_out_member_i64(o, "MemTotal", (int64_t)memory);
    json_out_member_str(o, "Memory", num_size_text(memory, size, sizeof(size)));
    json_out_member_str(o, "Name", u.nodename);
    json_out_member_str(o, "ServerVersion", HAKO_VERSION);
}

static int write_json(struct cli *c, struct buf *out, struct err *e)
{
    struct json_out o = { .buf = out };

    json_out_object(&o);
    int r = add_containers(c, &o, e);
    if (r >= 0)
        r = add_images(c, &o, e);
    if (r >= 0)
        r = info_cgroup(&o, c->cgroup_manager, e);
    add_host(&o);
    json_out_object_end(&o);
    return r < 0 ? r : out->failed ? err_nomem(e) : 0;
}

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    const struct info_args *a = args;
    AUTO_BUF struct buf json = { 0 };
    AUTO_FREE char *text = str_fmt("%s%s%s", head, info_cgroup_text, tail);
    int r = text ? write_json(ctx, &json, e) : err_nomem(e);

    return r < 0 ? r : output_object(&json, a->format, text, e);
}

const struct opt_cmd cmd_info = {
    .usage = "[OPTIONS]",
    .summary = "Print what is here and what this host can do",
    .opts = options,
    .args_size = sizeof(struct info_args),
    .run = run,
};
