/* SPDX-License-Identifier: MIT */
/* docker-shaped JSON of a network. */
#include "cli/network_json.h"

#include "base/json_out.h"
#include "base/str.h"
#include "cli/moment.h"

static void add_ipam(struct json_out *o, const struct network *n)
{
    json_out_key(o, "IPAM");
    json_out_object(o);
    json_out_member_str(o, "Driver", "default");
    json_out_key(o, "Options");
    json_out_object(o);
    json_out_object_end(o);
    json_out_key(o, "Config");
    json_out_array(o);
    if (n->subnet) {
        json_out_object(o);
        json_out_member_str(o, "Subnet", n->subnet);
        if (n->ip_range)
            json_out_member_str(o, "IPRange", n->ip_range);
        if (n->gateway)
            json_out_member_str(o, "Gateway", n->gateway);
        json_out_object_end(o);
    }
    json_out_array_end(o);
    json_out_object_end(o);
}

struct leases {
    struct json_out *o;
    const char *prefix; /* "/24" */
};

static int add_lease(const char *ip, const struct lease *lease, void *arg, struct err *e)
{
    const struct leases *l = arg;
    AUTO_FREE char *address = str_fmt("%s%s", ip, l->prefix);

    if (!address)
        return err_nomem(e);
    json_out_key(l->o, lease->id);
    json_out_object(l->o);
    json_out_member_str(l->o, "Name", lease->name ? lease->name : "");
    json_out_member_str(l->o, "EndpointID", lease->ifname ? lease->ifname : "");
    json_out_member_str(l->o, "MacAddress", lease->mac ? lease->mac : "");
    json_out_member_str(l->o, "IPv4Address", address);
    json_out_member_str(l->o, "IPv6Address", "");
    json_out_object_end(l->o);
    return 0;
}

static int add_containers(const struct net_place *place, const struct network *n,
                          struct json_out *o, struct err *e)
{
    const char *slash = n->subnet ? strchr(n->subnet, '/') : NULL;
    struct leases l = { .o = o, .prefix = slash ? slash : "" };
    AUTO_FD int dir = -1;
    int r = 0;

    json_out_key(o, "Containers");
    json_out_object(o);
    if (n->subnet)
        r = network_lease_dir(place, n->name, false, &dir, e);
    if (r == -ERR_NOT_FOUND) {
        err_clear(e);
        r = 0;
    }
    if (r >= 0 && dir >= 0)
        r = lease_each(dir, add_lease, &l, e);
    json_out_object_end(o);
    return r;
}

int network_json(const struct net_place *place, const char *name, struct buf *ret, struct err *e)
{
    CLEANUP(network) struct network n = { 0 };
    struct json_out o = { .buf = ret };
    char moment[MOMENT_MAX];
    int r = network_read(place, name, &n, e);

    if (r < 0)
        return r;
    json_out_object(&o);
    json_out_member_str(&o, "Name", n.name);
    json_out_member_str(&o, "Id", n.id);
    json_out_member_str(&o, "Created", moment_text(n.created, moment));
    json_out_member_str(&o, "Scope", "local");
    json_out_member_str(&o, "Driver", n.driver);
    json_out_member_bool(&o, "EnableIPv4", n.subnet != NULL);
    json_out_member_bool(&o, "EnableIPv6", false);
    add_ipam(&o, &n);
    json_out_member_bool(&o, "Internal", n.internal);
    json_out_member_bool(&o, "Attachable", false);
    json_out_member_bool(&o, "Ingress", false);
    r = add_containers(place, &n, &o, e);
    json_out_member_map(&o, "Options", &n.options);
    json_out_member_map(&o, "Labels", &n.labels);
    json_out_object_end(&o);
    return r;
}
