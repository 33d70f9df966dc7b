/* SPDX-License-Identifier: MIT */
/* Formatters of limits by device, page size or key: io, hugetlb, rdma, unified. */
#include "base/str.h"
#include "cgroup/cgroup_control.h"
#include "cgroup/cgroup_limit_row.h"

#include <inttypes.h>

#define BFQ_MIN 10 /* io.bfq.weight counts as v1's blkio.weight did */
#define BFQ_MAX 1000

/* Without the BFQ scheduler it is io.weight, from 1 to 10000. `device`: "8:0 ", or "". */
static int add_weight(const struct cgroup_limit_row *row, const char *device, uint32_t weight,
                      struct cgroup_limits *l, struct err *e)
{
    if (weight < BFQ_MIN || weight > BFQ_MAX)
        return err_set(e, ERR_INVALID, "%s: %s%u is not between %d and %d", row->field, device,
                       weight, BFQ_MIN, BFQ_MAX);
    struct cgroup_limit *limit =
        cgroup_limit_add(l, row, row->file, str_fmt("%s%u", device, weight));
    if (!limit)
        return err_nomem(e);
    limit->alt_file = str_dup("io.weight");
    limit->alt_value = str_fmt("%s%u", device, 1 + (weight - BFQ_MIN) * 9999 / (BFQ_MAX - BFQ_MIN));
    return limit->alt_file && limit->alt_value ? 0 : err_nomem(e);
}

CGROUP_LIMIT_FORMATTER(io_weight)
{
    if (!r->block_io || !r->block_io->weight.set || r->block_io->weight.val == 0)
        return 0;
    return add_weight(row, "", r->block_io->weight.val, l, e);
}

CGROUP_LIMIT_FORMATTER(io_weight_device)
{
    int rc = 0;

    for (size_t i = 0; rc >= 0 && r->block_io && i < r->block_io->n_weight_device; i++) {
        const struct config_weight_device *d = &r->block_io->weight_device[i];
        AUTO_FREE char *device = str_fmt("%" PRId64 ":%" PRId64 " ", d->major, d->minor);
        if (!device)
            return err_nomem(e);
        if (d->weight.set && d->weight.val > 0)
            rc = add_weight(row, device, d->weight.val, l, e);
    }
    return rc;
}

static int add_throttle(const struct cgroup_limit_row *row, const struct config_throttle_list *list,
                        const char *key, struct cgroup_limits *l, struct err *e)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct config_throttle_device *d = &list->v[i];
        char rate[32] = "max";
        if (d->rate)
            snprintf(rate, sizeof(rate), "%" PRIu64, d->rate);
        if (!cgroup_limit_add(
                l, row, row->file,
                str_fmt("%" PRId64 ":%" PRId64 " %s=%s", d->major, d->minor, key, rate)))
            return err_nomem(e);
    }
    return 0;
}

CGROUP_LIMIT_FORMATTER(io_read_bps)
{
    return r->block_io ? add_throttle(row, &r->block_io->read_bps, "rbps", l, e) : 0;
}

CGROUP_LIMIT_FORMATTER(io_write_bps)
{
    return r->block_io ? add_throttle(row, &r->block_io->write_bps, "wbps", l, e) : 0;
}

CGROUP_LIMIT_FORMATTER(io_read_iops)
{
    return r->block_io ? add_throttle(row, &r->block_io->read_iops, "riops", l, e) : 0;
}

CGROUP_LIMIT_FORMATTER(io_write_iops)
{
    return r->block_io ? add_throttle(row, &r->block_io->write_iops, "wiops", l, e) : 0;
}

/* The limit is one of reservations where the kernel has those, and of use in any case. */
CGROUP_LIMIT_FORMATTER(hugepages)
{
    static const char *const kinds[] = { "", "rsvd." };

    for (size_t i = 0; i < r->n_hugepages; i++)
        for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
            AUTO_FREE char *file = str_fmt("hugetlb.%s.%smax", r->hugepages[i].page_size, kinds[k]);
            if (!file)
                return err_nomem(e);
            struct cgroup_limit *limit =
                cgroup_limit_add(l, row, file, str_fmt("%" PRIu64, r->hugepages[i].limit));
            if (!limit)
                return err_nomem(e);
            limit->young = k > 0;
        }
    return 0;
}

CGROUP_LIMIT_FORMATTER(rdma)
{
    for (size_t i = 0; i < r->n_rdma; i++) {
        const struct config_rdma *d = &r->rdma[i];
        AUTO_BUF struct buf b = { 0 };
        buf_str(&b, d->device);
        if (d->hca_handles.set)
            buf_fmt(&b, " hca_handle=%u", d->hca_handles.val);
        if (d->hca_objects.set)
            buf_fmt(&b, " hca_object=%u", d->hca_objects.val);
        if (!cgroup_limit_add(l, row, row->file, buf_take(&b)))
            return err_nomem(e);
    }
    return 0;
}

CGROUP_LIMIT_FORMATTER(network)
{
    const struct config_net_class *n = r->network;

    if (!n || (!(n->class_id.set && n->class_id.val) && n->n_priorities == 0))
        return 0;
    err_set(e, ERR_UNSUPPORTED, "%s: classID and priorities exist in cgroup v1 only", row->field);
    return err_hint(e, "nftables can match the container's cgroup instead");
}

/* Files with a line for each device take one at a time. */
static int add_lines(const struct cgroup_limit_row *row, const struct json_pair *pair, unsigned bit,
                     struct cgroup_limits *l, struct err *e)
{
    AUTO_STRV char **lines = strv_split(pair->val, '\n', true);

    if (!lines)
        return err_nomem(e);
    strv_foreach (line, lines) {
        struct cgroup_limit *limit = cgroup_limit_add(l, row, pair->key, str_dup(*line));
        if (!limit)
            return err_nomem(e);
        limit->controller = bit;
    }
    return 0;
}

/* Files of the group, written as they stand: "memory.high": "1073741824". */
CGROUP_LIMIT_FORMATTER(unified)
{
    int rc = 0;

    json_map_foreach(it, &r->unified)
    {
        const char *dot = strchr(it->key, '.');
        if (!dot || dot == it->key || strchr(it->key, '/'))
            return err_set(e, ERR_INVALID, "unified: \"%s\" is not of the form CONTROLLER.FILE",
                           it->key);
        size_t len = (size_t)(dot - it->key);
        unsigned bit = cgroup_control_bit(it->key, len);
        if (!bit && !str_starts(it->key, "cgroup."))
            return err_set(e, ERR_UNSUPPORTED, "unified: \"%s\": there is no controller %.*s",
                           it->key, (int)len, it->key);
        rc = add_lines(row, it, bit, l, e);
        if (rc < 0)
            return rc;
    }
    return rc;
}
