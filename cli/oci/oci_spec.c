/* SPDX-License-Identifier: MIT */
/* hako-oci spec: writes a config.json to start from. */
#include "base/fs.h"
#include "base/str.h"
#include "cli/oci/oci.h"
#include "oci/config.h"
#include "runtime/defaults.h"

#include <fcntl.h>

struct spec_args {
    const char *bundle;
    const char *file;
    bool rootless;
};

static const struct opt options[] = {
    { 'b', "bundle", OPT_STRING, OPT_AT(struct spec_args, bundle), "DIR",
      "The bundle's directory (the current one)", .words = opt_words_dir },
    { 'f', "file", OPT_STRING, OPT_AT(struct spec_args, file), "FILE",
      "The file's name (config.json)", .words = opt_words_file },
    { 0, "rootless", OPT_FLAG, OPT_AT(struct spec_args, rootless), NULL,
      "For a user who is not root" },
    { 0 },
};

/* runc's: a shell on a terminal, with a read-only root. */
static int make(struct config *c, bool rootless, struct err *e)
{
    int r = defaults_config(c, e);
    if (r >= 0 && rootless)
        r = defaults_rootless(c, geteuid(), getegid(), e);
    if (r < 0)
        return r;
    c->process->terminal = true;
    c->root->readonly = true;
    return str_set(&c->hostname, "hako") < 0 ? err_nomem(e) : 0;
}

static int write_new(int dir, const char *name, const struct buf *text, struct err *e)
{
    AUTO_FD int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

    if (fd < 0 && errno == EEXIST)
        return err_set(e, ERR_EXISTS, "File %s exists. Remove it first", name);
    if (fd < 0)
        return err_sys(e, "create", name);
    return fs_write_all(fd, text->data, text->len) < 0 ? err_sys(e, "write", name) : 0;
}

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    const struct spec_args *a = args;
    AUTO_CONFIG struct config c = { 0 };
    AUTO_BUF struct buf text = { 0 };
    AUTO_FD int dir = open(a->bundle ? a->bundle : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (dir < 0)
        return err_sys(e, "open", a->bundle ? a->bundle : ".");
    int r = make(&c, a->rootless, e);
    if (r < 0)
        return r;
    config_write(&c, JSON_PRETTY, &text);
    buf_char(&text, '\n');
    return text.failed ? err_nomem(e) : write_new(dir, a->file ? a->file : "config.json", &text, e);
}

const struct opt_cmd oci_spec = {
    .usage = "[OPTIONS]",
    .summary = "Write a config.json to start from",
    .opts = options,
    .args_size = sizeof(struct spec_args),
    .run = run,
};
