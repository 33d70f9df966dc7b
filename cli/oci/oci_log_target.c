/* SPDX-License-Identifier: MIT */
/* Where hako-oci's messages go: a file, the journal, syslog. */
#include "cli/oci/oci_log_target.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"

#include <endian.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>

#define JOURNAL "/run/systemd/journal/socket"

static const int priorities[] = {
    [LOG_LVL_ERROR] = LOG_ERR,
    [LOG_LVL_WARN] = LOG_WARNING,
    [LOG_LVL_INFO] = LOG_INFO,
    [LOG_LVL_DEBUG] = LOG_DEBUG,
};

static int open_file(const char *path, struct oci_log_target *ret, struct err *e)
{
    ret->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    return ret->fd < 0 ? err_sys(e, "open", path) : 0;
}

static int open_journal(const char *name, struct oci_log_target *ret, struct err *e)
{
    struct sockaddr_un to = { .sun_family = AF_UNIX, .sun_path = JOURNAL };
    AUTO_FD int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return err_sys(e, "socket", NULL);
    if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
        err_sys(e, "connect", JOURNAL);
        return err_hint(e, "systemd-journald does not run here: log to a file");
    }
    ret->name = name;
    ret->fd = TAKE_FD(fd);
    return 0;
}

static int open_syslog(const char *name, struct oci_log_target *ret, struct err *e)
{
    openlog(name, LOG_PID, LOG_DAEMON);
    return 0;
}

static const struct {
    const char *prefix;
    enum oci_log_kind kind;
    int (*open)(const char *rest, struct oci_log_target *ret, struct err *e);
} kinds[] = {
    { "file:", OCI_LOG_FILE, open_file },
    { "journald:", OCI_LOG_JOURNAL, open_journal },
    { "syslog:", OCI_LOG_SYSLOG, open_syslog },
    { "", OCI_LOG_FILE, open_file }, /* a path */
};

int oci_log_target_open(const char *text, struct oci_log_target *ret, struct err *e)
{
    size_t i = 0;

    while (!str_starts(text, kinds[i].prefix))
        i++;
    struct oci_log_target t = { .kind = kinds[i].kind, .fd = -1 };
    const char *rest = str_after(text, kinds[i].prefix);
    if (!*rest)
        return err_set(e, ERR_USAGE, "--log %s: a name is missing behind the colon", text);
    if (kinds[i].open(rest, &t, e) < 0)
        return err_wrap(e, "--log");
    *ret = t;
    return 0;
}

/* A field of the journal's protocol that may hold line feeds: name, length, bytes
 * (systemd: "Native Journal Protocol"). */
static void journal_field(struct buf *b, const char *name, const char *value)
{
    uint64_t len = htole64(strlen(value));

    buf_fmt(b, "%s\n", name);
    buf_add(b, &len, sizeof(len));
    buf_fmt(b, "%s\n", value);
}

void oci_log_target_send(const struct oci_log_target *t, enum log_level level, const char *text)
{
    AUTO_BUF struct buf b = { 0 };

    if (t->kind == OCI_LOG_SYSLOG) {
        syslog(priorities[level], "%s", text);
        return;
    }
    buf_fmt(&b, "PRIORITY=%d\nSYSLOG_IDENTIFIER=hako-oci\n", priorities[level]);
    journal_field(&b, "MESSAGE", text);
    journal_field(&b, "ID", t->name);
    if (!b.failed)
        (void)!send(t->fd, b.data, b.len, MSG_NOSIGNAL);
}
