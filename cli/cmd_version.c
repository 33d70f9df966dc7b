/* SPDX-License-Identifier: MIT */
/* hako version: which hako, on which system. */
#include "base/json_out.h"
#include "cli/cmd.h"
#include "cli/output.h"
#include "engine/platform.h"

#include <sys/utsname.h>

struct version_args {
    const char *format;
};

static const struct opt options[] = {
    { 'f', "format", OPT_STRING, OPT_AT(struct version_args, format), "FORMAT",
      "Print as json, or by a Go template" },
    { 0 },
};

static const char text[] = "Version:\t{{.Client.Version}}\n"
                           "OS/Arch:\t{{.Client.Os}}/{{.Client.Arch}}\n"
                           "Kernel:\t{{.Client.KernelVersion}}\n"
                           "OCI spec:\t{{.Client.OciVersion}}\n";

static void write_side(struct json_out *o, const char *side, const struct utsname *u)
{
    json_out_key(o, side);
    json_out_object(o);
    json_out_member_str(o, "Version", HAKO_VERSION);
    json_out_member_str(o, "Os", "linux");
    json_out_member_str(o, "Arch", platform_arch(u));
    json_out_member_str(o, "KernelVersion", u->release);
    json_out_member_str(o, "OciVersion", "1.3.0");
    json_out_object_end(o);
}

/* There is no server; scripts that ask docker's for its version mean whoever runs containers. */
static void write_json(struct buf *out)
{
    struct json_out o = { .buf = out };
    struct utsname u;

    uname(&u);
    json_out_object(&o);
    write_side(&o, "Client", &u);
    write_side(&o, "Server", &u);
    json_out_object_end(&o);
}

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    const struct version_args *a = args;
    AUTO_BUF struct buf json = { 0 };

    write_json(&json);
    return output_object(&json, a->format, text, e);
}

const struct opt_cmd cmd_version = {
    .usage = "[OPTIONS]",
    .summary = "Print the version",
    .opts = options,
    .args_size = sizeof(struct version_args),
    .run = run,
};
