/* SPDX-License-Identifier: MIT */
/* The log writer: splits chunks into lines and gathers them into writev calls. */
#include "engine/monitor/logfile.h"

#include "base/mem.h"
#include "base/utc.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>

#define LINES_A_WRITE 64

/* A writer that was killed in the middle of a record must not spoil the next one. */
static int end_torn_line(int fd, struct err *e)
{
    struct stat st;
    char last = '\n';

    if (fstat(fd, &st) < 0 || (st.st_size > 0 && pread(fd, &last, 1, st.st_size - 1) < 0))
        return err_sys(e, "read", LOGFILE_NAME);
    return last != '\n' && write(fd, "\n", 1) < 0 ? err_sys(e, "write", LOGFILE_NAME) : 0;
}

int logfile_open(int dirfd, int *ret_fd, struct err *e)
{
    AUTO_FD int fd =
        openat(dirfd, LOGFILE_NAME, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0640);

    if (fd < 0)
        return err_sys(e, "open", LOGFILE_NAME);
    int r = end_torn_line(fd, e);
    if (r < 0)
        return r;
    *ret_fd = TAKE_FD(fd);
    return 0;
}

void logfile_time(int64_t ns, char *buf)
{
    char s[UTC_TEXT_MAX];

    snprintf(buf, LOGFILE_TIME + 1, "%s.%09dZ", utc_text(ns / 1000000000, s),
             (int)(ns % 1000000000));
}

static int write_lines(int fd, struct iovec *iov, int count, struct err *e)
{
    while (count > 0) {
        ssize_t n = writev(fd, iov, count);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_sys(e, "write", LOGFILE_NAME);
        for (; count > 0 && (size_t)n >= iov->iov_len; iov++, count--)
            n -= (ssize_t)iov->iov_len;
        if (count > 0) {
            iov->iov_base = (char *)iov->iov_base + n;
            iov->iov_len -= (size_t)n;
        }
    }
    return 0;
}

int logfile_write(int fd, int stream, const char *data, size_t len, struct err *e)
{
    static char newline[] = "\n";
    struct iovec iov[3 * LINES_A_WRITE];
    char full[LOGFILE_TIME + 16];
    char piece[LOGFILE_TIME + 16];

    logfile_time(utc_now_ns(), full);
    int head = (int)strlen(full);
    head += snprintf(full + head, sizeof(full) - (size_t)head, " %s F ",
                     stream == 2 ? "stderr" : "stdout");
    memcpy(piece, full, sizeof(piece));
    piece[head - 2] = 'P';
    while (len > 0) {
        int n = 0;
        while (len > 0 && n < 3 * LINES_A_WRITE) {
            const char *end = memchr(data, '\n', len);
            size_t line = end ? (size_t)(end - data) : len;
            iov[n++] = (struct iovec){ end ? full : piece, (size_t)head };
            iov[n++] = (struct iovec){ (void *)data, line };
            iov[n++] = (struct iovec){ newline, 1 };
            data += line + (end ? 1 : 0);
            len -= line + (end ? 1 : 0);
        }
        int r = write_lines(fd, iov, n, e);
        if (r < 0)
            return r;
    }
    return 0;
}
