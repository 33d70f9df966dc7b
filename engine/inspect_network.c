/* SPDX-License-Identifier: MIT */
/* NetworkSettings of a container's document. */
#include "base/str.h"
#include "engine/inspect_part.h"
#include "net/network.h"

/* What docker has for IPv6, which there is none of. */
static void out_no_ipv6(struct json_out *o)
{
    json_out_member_str(o, "IPv6Gateway", "");
    json_out_member_str(o, "GlobalIPv6Address", "");
    json_out_member_i64(o, "GlobalIPv6PrefixLen", 0);
}

static void out_address(struct json_out *o, const struct record_address *a)
{
    json_out_member_str(o, "EndpointID", str_text(a->host_ifname));
    json_out_member_str(o, "Gateway", str_text(a->gateway));
    json_out_member_str(o, "IPAddress", str_text(a->ip));
    json_out_member_i64(o, "IPPrefixLen", a->prefix);
    json_out_member_str(o, "MacAddress", str_text(a->mac));
    out_no_ipv6(o);
}

/* What --ip asked for. */
static void out_wanted(struct json_out *o, const struct record_network *n)
{
    if (!n || !n->ip) {
        json_out_member_null(o, "IPAMConfig");
        return;
    }
    json_out_key(o, "IPAMConfig");
    json_out_object(o);
    json_out_member_str(o, "IPv4Address", n->ip);
    json_out_object_end(o);
}

static void out_endpoint(struct json_out *o, const struct paths *p, const char *name,
                         const struct record_network *n, const struct record_address *a)
{
    const struct net_place place = { p->root_fd, p->run_fd, p->runroot };
    CLEANUP(network) struct network net = { 0 };
    struct err ignored = ERR_INIT;
    bool there = network_read(&place, name, &net, &ignored) >= 0;

    json_out_key(o, name);
    json_out_object(o);
    out_wanted(o, n);
    json_out_member_null(o, "Links");
    json_out_member_strv(o, "Aliases", a->aliases || !n ? a->aliases : n->aliases);
    json_out_member_str(o, "NetworkID", there ? str_text(net.id) : "");
    out_address(o, a);
    json_out_member_null(o, "DriverOpts");
    json_out_object_end(o);
}

/* The networks that were asked for, host and none among them; with addresses while it runs. */
static void out_networks(struct json_out *o, const struct paths *p, const struct record *r,
                         const struct status *s)
{
    static const struct record_address none = { 0 };
    const char *mode = str_text(r->network_mode);

    json_out_key(o, "Networks");
    json_out_object(o);
    for (size_t i = 0; i < r->n_networks; i++)
        out_endpoint(o, p, r->networks[i].name, &r->networks[i],
                     s && i < s->n_addresses ? &s->addresses[i] : &none);
    if (r->n_networks == 0 && (STREQ(mode, NETWORK_HOST) || STREQ(mode, NETWORK_NONE)))
        out_endpoint(o, p, mode, NULL, &none);
    json_out_object_end(o);
}

void inspect_network(struct json_out *o, const struct paths *p, const struct container *c)
{
    static const struct record_address none = { 0 };
    const struct status *s = container_running(c) ? &c->status : NULL;
    AUTO_FREE char *key = s ? str_fmt("/proc/%d/ns/net", (int)s->pid) : NULL;

    json_out_key(o, "NetworkSettings");
    json_out_object(o);
    json_out_member_str(o, "Bridge", "");
    json_out_member_str(o, "SandboxID", "");
    json_out_member_str(o, "SandboxKey", str_text(key));
    json_out_member_bool(o, "HairpinMode", false);
    json_out_member_str(o, "LinkLocalIPv6Address", "");
    json_out_member_i64(o, "LinkLocalIPv6PrefixLen", 0);
    json_out_member_null(o, "SecondaryIPAddresses");
    json_out_member_null(o, "SecondaryIPv6Addresses");
    out_address(o, s && s->n_addresses > 0 ? s->addresses : &none);
    json_out_key(o, "Ports");
    json_out_object(o);
    strv_foreach (port, s ? c->record.exposed_ports : NULL)
        json_out_member_null(o, *port);
    json_out_object_end(o);
    out_networks(o, p, &c->record, s);
    json_out_object_end(o);
}
