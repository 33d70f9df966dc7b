/* SPDX-License-Identifier: MIT */
/* Looks compiled filters up by a hash of their source, and trusts only an equal source. */
#include "runtime/seccomp_cache.h"

#include "base/commit.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/str.h"

#include <fcntl.h>
#include <sys/stat.h>

#define FILE_MAX  (4u << 20)
#define NAME_SIZE 32

/* The file: this, the source, the instructions. */
struct head {
    char magic[8];
    uint32_t source_len;
    uint32_t insns;
};
static const char magic[8] = "hakoBPF1";

static void add_u64(struct buf *b, uint64_t v)
{
    buf_add(b, &v, sizeof(v));
}

static void add_text(struct buf *b, const char *s)
{
    buf_add(b, s, strlen(s) + 1);
}

static void add_opt(struct buf *b, struct opt_u32 v)
{
    add_u64(b, v.set ? (uint64_t)v.val : UINT64_MAX);
}

void seccomp_cache_source(const struct config_seccomp *c, struct buf *out)
{
    unsigned version[3];

    seccomp_rules_version(version);
    add_text(out, HAKO_VERSION);
    buf_add(out, version, sizeof(version));
    add_u64(out, c->default_action);
    add_opt(out, c->default_errno_ret);
    add_u64(out, c->architectures.bits);
    for (size_t i = 0; i < c->n_syscalls; i++) {
        const struct config_syscall *s = &c->syscalls[i];
        add_u64(out, s->action);
        add_opt(out, s->errno_ret);
        add_u64(out, strv_len(s->names));
        strv_foreach (name, s->names)
            add_text(out, *name);
        add_u64(out, s->n_args);
        for (size_t j = 0; j < s->n_args; j++) {
            add_u64(out, s->args[j].index);
            add_u64(out, s->args[j].op);
            add_u64(out, s->args[j].value);
            add_u64(out, s->args[j].value_two);
        }
    }
}

/* FNV-1a by words. It only has to spread: what is found is compared with the source. */
static const char *file_name(const struct buf *source, char name[NAME_SIZE])
{
    uint64_t h = UINT64_C(0xcbf29ce484222325), word;

    for (size_t i = 0; i < source->len; i += sizeof(word)) {
        size_t left = source->len - i;

        word = 0;
        memcpy(&word, source->data + i, left < sizeof(word) ? left : sizeof(word));
        h = (h ^ word) * UINT64_C(0x100000001b3);
        h ^= h >> 32;
    }
    snprintf(name, NAME_SIZE, "%016llx.bpf", (unsigned long long)h);
    return name;
}

static int open_trusted(int dirfd, const char *name)
{
    AUTO_FD int fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0)
        return -1;
    if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 077) != 0) {
        log_warn("seccomp cache: %s is not a private file of ours and is not used", name);
        return -1;
    }
    return TAKE_FD(fd);
}

int seccomp_cache_get(int dirfd, const struct buf *source, struct seccomp_program *ret)
{
    char name[NAME_SIZE];
    AUTO_FREE char *text = NULL;
    struct err e = ERR_INIT;
    struct head head;
    size_t len;

    AUTO_FD int fd = open_trusted(dirfd, file_name(source, name));
    if (fd < 0 || fs_read_fd(fd, name, FILE_MAX, &text, &len, &e) < 0)
        return 0;
    if (len < sizeof(head))
        return 0;
    memcpy(&head, text, sizeof(head));
    if (memcmp(head.magic, magic, sizeof(magic)) != 0 || head.source_len != source->len ||
        head.insns == 0 || head.insns > BPF_MAXINSNS)
        return 0;
    size_t bytes = head.insns * sizeof(struct sock_filter);
    if (len != sizeof(head) + head.source_len + bytes ||
        memcmp(text + sizeof(head), source->data, source->len) != 0)
        return 0;
    struct sock_filter *insns = malloc(bytes);
    if (!insns)
        return 0;
    memcpy(insns, text + sizeof(head) + head.source_len, bytes);
    *ret = (struct seccomp_program){ insns, head.insns };
    return 1;
}

void seccomp_cache_put(int dirfd, const struct buf *source, const struct seccomp_program *p)
{
    struct head head = { .source_len = (uint32_t)source->len, .insns = (uint32_t)p->len };
    char name[NAME_SIZE];
    AUTO_BUF struct buf b = { 0 };
    struct err e = ERR_INIT;

    memcpy(head.magic, magic, sizeof(magic));
    buf_add(&b, &head, sizeof(head));
    buf_add(&b, source->data, source->len);
    buf_add(&b, p->insns, p->len * sizeof(*p->insns));
    if (b.failed || b.len > FILE_MAX)
        return;
    /* What may be there was no good, and a file that is linked when it is finished leaves nothing
     * behind if we are killed. */
    unlinkat(dirfd, file_name(source, name), 0);
    int r = commit_file(dirfd, name, b.data, b.len, 0600, COMMIT_EXCL, &e);
    if (r < 0 && r != -ERR_EXISTS)
        log_warn("seccomp cache: %s", e.msg);
}
