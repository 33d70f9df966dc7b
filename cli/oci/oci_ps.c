/* SPDX-License-Identifier: MIT */
/* hako-oci ps: the processes of a container, as ps(1) tells of them. */
#include "base/json_out.h"
#include "base/num.h"
#include "base/proc.h"
#include "base/str.h"
#include "cli/oci/oci.h"
#include "cli/output.h"
#include "runtime/lifecycle.h"

enum ps_format { PS_TABLE, PS_JSON };
static const char *const formats[] = { "table", "json", NULL };

struct ps_args {
    int format;
};

static const struct opt options[] = {
    { 'f', "format", OPT_ENUM, OPT_AT(struct ps_args, format), "FORMAT", "Print a table, or json",
      .choices = formats },
    { 0 },
};

/* The n-th word of a line, its length in *len; NULL when the line has fewer. */
static const char *nth_word(const char *line, size_t n, size_t *len)
{
    for (;; n--) {
        line += strspn(line, " \t");
        *len = strcspn(line, " \t\n");
        if (*len == 0 || n == 0)
            return *len ? line : NULL;
        line += *len;
    }
}

/* Which word of the header is PID. */
static int find_column(const char *header, size_t *ret, struct err *e)
{
    const char *word;
    size_t len;

    for (size_t n = 0; (word = nth_word(header, n, &len)); n++) {
        if (len == 3 && strncmp(word, "PID", 3) == 0) {
            *ret = n;
            return 0;
        }
    }
    return err_set(e, ERR_INVALID, "couldn't find PID field in ps output");
}

static bool has_pid(const pid_t *pids, size_t n, int64_t pid)
{
    for (size_t i = 0; i < n; i++)
        if (pids[i] == pid)
            return true;
    return false;
}

/* Of ps's output the header, and the lines of these processes. */
static int pick(char **lines, const pid_t *pids, size_t n, struct buf *out, struct err *e)
{
    size_t column = 0, len;
    int64_t pid;
    int r = find_column(lines[0] ? lines[0] : "", &column, e);

    if (r < 0)
        return r;
    buf_fmt(out, "%s\n", lines[0]);
    strv_foreach (line, lines + 1) {
        const char *word = nth_word(*line, column, &len);
        AUTO_FREE char *text = word ? strndup(word, len) : NULL;
        if (word && !text)
            return err_nomem(e);
        if (word && num_i64(text, 0, INT32_MAX, &pid, e) < 0)
            return err_wrap(e, "unable to parse pid");
        if (word && has_pid(pids, n, pid))
            buf_fmt(out, "%s\n", *line);
    }
    return 0;
}

static int table(char **options_of_ps, const pid_t *pids, size_t n, struct buf *out, struct err *e)
{
    AUTO_STRV char **argv = NULL;
    AUTO_BUF struct buf said = { 0 };

    if (strv_add(&argv, "ps") < 0 ||
        (*options_of_ps ? strv_extend(&argv, options_of_ps) : strv_add(&argv, "-ef")) < 0)
        return err_nomem(e);
    int r = proc_output(argv, &said, e);
    if (r > 0)
        return err_set(e, ERR_INVALID, "ps: exit status %d", r);
    if (r < 0)
        return err_hint(e, "the format json needs no ps");
    AUTO_STRV char **lines = strv_split(said.data ? said.data : "", '\n', true);
    return lines ? pick(lines, pids, n, out, e) : err_nomem(e);
}

static void json(const pid_t *pids, size_t n, struct buf *out)
{
    struct json_out o = { .buf = out };

    json_out_array(&o);
    for (size_t i = 0; i < n; i++)
        json_out_i64(&o, pids[i]);
    json_out_array_end(&o);
    buf_char(out, '\n');
}

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    const struct ps_args *a = args;
    AUTO_BUF struct buf out = { 0 };
    AUTO_FREE pid_t *pids = NULL;
    size_t n = 0;

    int r = lifecycle_pids(oci_root(ctx), operands[0], &pids, &n, e);
    if (r >= 0 && a->format == PS_JSON)
        json(pids, n, &out);
    else if (r >= 0)
        r = table(operands + 1, pids, n, &out, e);
    return r < 0 ? r : output_buf(&out, e);
}

const struct opt_cmd oci_ps = {
    .usage = "[OPTIONS] ID [PS-OPTION...]",
    .summary = "List the processes of a container",
    .opts = options,
    .args_size = sizeof(struct ps_args),
    .min_operands = 1,
    .max_operands = -1,
    .stop_at_operand = true,
    .words = oci_words_containers,
    .run = run,
};
