/* SPDX-License-Identifier: MIT */
/* Allocates and releases addresses by creating and removing their files. */
#include "net/lease.h"

#include "base/commit.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/str.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define LEASE_SIZE_MAX (256u << 10)

static bool is_lease_name(const char *name)
{
    return name[0] != '.';
}

/* Why the address cannot be given to a container, or NULL. */
static const char *reserved(const struct lease_pool *pool, const struct ip_addr *a)
{
    struct ip_net net = ip_mask(&pool->subnet);
    struct ip_addr last = ip_broadcast(&net);

    if (ip_eq(a, &pool->gateway))
        return "it is the gateway's";
    if (ip_eq(a, &net.addr))
        return "it is the network's own";
    if (ip_eq(a, &last))
        return "it is the broadcast address";
    return NULL;
}

static int lease_text(const struct lease *lease, const struct ip_addr *a, struct buf *out,
                      struct err *e)
{
    struct lease full = *lease;
    uint8_t mac[6];
    char mac_text[IP_MAC_TEXT_MAX];

    if (!full.mac) {
        ip_mac_of(a, mac);
        ip_mac_text(mac, mac_text);
        full.mac = mac_text;
    }
    json_write(&lease_table, &full, JSON_COMPACT, out);
    buf_char(out, '\n');
    return out->failed ? err_nomem(e) : 0;
}

/* ERR_EXISTS when the address is taken. */
static int publish(int dirfd, const struct lease *lease, const struct ip_addr *a, struct err *e)
{
    AUTO_BUF struct buf text = { 0 };
    char name[IP_TEXT_MAX];

    ip_text(a, name);
    if (faccessat(dirfd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        return err_set(e, ERR_EXISTS, "%s is taken", name);
    if (lease_text(lease, a, &text, e) < 0)
        return -e->kind;
    return commit_file(dirfd, name, text.data, text.len, 0600, COMMIT_EXCL, e);
}

static int take_wanted(int dirfd, const struct lease_pool *pool, const struct lease *lease,
                       const struct ip_addr *want, struct err *e)
{
    char ip[IP_TEXT_MAX];
    char subnet[IP_TEXT_MAX];
    const char *why;

    ip_text(want, ip);
    if (!ip_contains(&pool->subnet, want))
        return err_set(e, ERR_INVALID,
                       "no configured subnet contains the IP address %s: network %s has %s", ip,
                       pool->network, ip_net_text(&pool->subnet, subnet));
    why = reserved(pool, want);
    if (why)
        return err_set(e, ERR_INVALID, "IP address %s of network %s is reserved: %s", ip,
                       pool->network, why);
    int r = publish(dirfd, lease, want, e);
    if (r == -ERR_EXISTS) {
        err_set(e, ERR_IN_USE, "Address already in use: %s on network %s", ip, pool->network);
        return err_hint(e, "`hako network inspect %s` shows who has it", pool->network);
    }
    return r;
}

static int take_free(int dirfd, const struct lease_pool *pool, const struct lease *lease,
                     struct ip_addr *ret, struct err *e)
{
    struct ip_net range = ip_mask(&pool->range);
    uint32_t first = ip_to_u32(&range.addr);
    uint64_t count = UINT64_C(1) << (32 - range.bits);
    uint64_t start = ip_hash(IP_HASH_INIT, lease->id);
    char text[IP_TEXT_MAX];

    for (uint64_t i = 0; i < count; i++) {
        struct ip_addr a = ip_from_u32(first + (uint32_t)((start + i) % count));
        if (reserved(pool, &a))
            continue;
        int r = publish(dirfd, lease, &a, e);
        if (r >= 0)
            *ret = a;
        if (r != -ERR_EXISTS)
            return r;
    }
    return err_set(e, ERR_LIMIT,
                   "no available IPv4 addresses on this network's address pools: %s (%s)",
                   pool->network, ip_net_text(&range, text));
}

int lease_take(int dirfd, const struct lease_pool *pool, const struct lease *lease,
               const struct ip_addr *want, struct ip_addr *ret, struct err *e)
{
    if (!want)
        return take_free(dirfd, pool, lease, ret, e);
    if (take_wanted(dirfd, pool, lease, want, e) < 0)
        return -e->kind;
    *ret = *want;
    return 0;
}

int lease_read(int dirfd, const char *ip, struct lease *ret, struct err *e)
{
    if (!is_lease_name(ip))
        return err_set(e, ERR_NOT_FOUND, "lease %s: not found", ip);
    return json_load(&lease_table, ret, dirfd, ip, LEASE_SIZE_MAX, e);
}

/* 1 when the file says that the lease is the id's, 0 when not (damaged ones are nobody's). */
static int is_owner(int fd, const char *ip, const char *id, struct err *e)
{
    AUTO_FREE char *text = NULL;
    CLEANUP(lease) struct lease lease = { 0 };
    size_t len = 0;

    if (fs_read_fd(fd, ip, LEASE_SIZE_MAX, &text, &len, e) < 0)
        return -e->kind;
    if (!memmem(text, len, id, strlen(id)))
        return 0;
    if (json_read(&lease_table, &lease, text, len, e) < 0) {
        log_warn("lease %s is damaged: %s", ip, e->msg);
        err_clear(e);
        return 0;
    }
    return lease.id && STREQ(lease.id, id);
}

/*
 * Between reading the owner and unlinking the name, another releaser may have removed the file and
 * a new owner made his. Releasers therefore hold the file's lock while they unlink: as long as the
 * locked file still has its one link, the name is this file's.
 */
int lease_release(int dirfd, const char *ip, const char *id, struct err *e)
{
    struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    AUTO_FD int fd = openat(dirfd, ip, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    struct stat st;
    int r;

    if (fd < 0)
        return errno == ENOENT || errno == ELOOP ? 0 : err_sys(e, "open lease", ip);
    r = is_owner(fd, ip, id, e);
    if (r <= 0)
        return r;
    do
        r = fcntl(fd, F_OFD_SETLKW, &whole);
    while (r < 0 && errno == EINTR);
    if (r < 0 || fstat(fd, &st) < 0)
        return err_sys(e, "lock lease", ip);
    if (st.st_nlink == 0)
        return 0;
    if (unlinkat(dirfd, ip, 0) < 0)
        return err_sys(e, "remove lease", ip);
    return 1;
}

/* Opens the directory anew, so that readers do not share a position. NULL with errno. */
static DIR *open_again(int dirfd)
{
    AUTO_FD int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);

    if (dir)
        fd = -EBADF;
    return dir;
}

int lease_release_all(int dirfd, const char *id, const char *hint, struct err *e)
{
    struct err sum = ERR_INIT;
    struct err step = ERR_INIT;
    const struct dirent *d;
    int n = 0;

    if (hint) {
        int r = lease_release(dirfd, hint, id, e);
        if (r != 0)
            return r;
    }
    AUTO_DIR DIR *dir = open_again(dirfd);
    if (!dir)
        return err_sys(e, "open", "lease directory");
    while ((d = readdir(dir))) {
        int r = is_lease_name(d->d_name) ? lease_release(dirfd, d->d_name, id, &step) : 0;
        err_collect(&sum, r, &step);
        n += r > 0;
    }
    if (sum.kind) {
        *e = sum;
        return -e->kind;
    }
    return n;
}

int lease_each(int dirfd, lease_fn fn, void *arg, struct err *e)
{
    AUTO_DIR DIR *dir = open_again(dirfd);
    const struct dirent *d;

    if (!dir)
        return err_sys(e, "open", "lease directory");
    while ((d = readdir(dir))) {
        CLEANUP(lease) struct lease lease = { 0 };
        if (!is_lease_name(d->d_name))
            continue;
        int r = lease_read(dirfd, d->d_name, &lease, e);
        if (r == -ERR_NOT_FOUND) {
            err_clear(e);
            continue;
        }
        if (r < 0)
            return r;
        r = fn(d->d_name, &lease, arg, e);
        if (r != 0)
            return r;
    }
    return 0;
}

int lease_count(int dirfd, struct err *e)
{
    AUTO_DIR DIR *dir = open_again(dirfd);
    const struct dirent *d;
    int n = 0;

    if (!dir)
        return err_sys(e, "open", "lease directory");
    while ((d = readdir(dir)))
        n += is_lease_name(d->d_name);
    return n;
}
