/* SPDX-License-Identifier: MIT */
/* The steps of a start that connect the container: leases, links, DNS, or another's namespace. */
#include "engine/monitor/state.h"

#include "base/buf.h"
#include "base/fs.h"
#include "base/str.h"
#include "base/vec.h"
#include "net/attach.h"
#include "net/hosts.h"
#include "net/nft_dns.h"

#include <fcntl.h>

static struct net_place place_of(const struct monitor *m)
{
    return (struct net_place){ m->paths->root_fd, m->paths->run_fd, m->paths->runroot };
}

/* ---- --network container:ID ---- */

/* The other container's hosts, hostname and resolv.conf are this one's too. */
int setup_shared(struct monitor *m, struct err *e)
{
    static const char *const files[][2] = { { "hosts", "/etc/hosts" },
                                            { "hostname", "/etc/hostname" },
                                            { "resolv.conf", "/etc/resolv.conf" } };
    const char *id = str_after(m->plan->record.network_mode, "container:");
    CLEANUP(container) struct container other = CONTAINER_INIT;

    if (!id)
        return 0;
    int r = setup_join(m, CONFIG_NS_NETWORK, id, &other, e);
    for (size_t i = 0; r >= 0 && i < ARRAY_LEN(files); i++) {
        AUTO_FREE char *source =
            str_fmt("%s/containers/%s/%s", m->paths->runroot, other.id, files[i][0]);
        r = source ? setup_bind(m, source, files[i][1], m->plan->record.read_only, e)
                   : err_nomem(e);
    }
    return r < 0 ? r : 1;
}

/* ---- bridge networks ---- */

static int note_address(struct status *s, const char *network, const struct net_endpoint *ep,
                        char *const *aliases, struct err *e)
{
    struct record_address *v = VEC_ADD(s->addresses, s->n_addresses);
    char text[IP_TEXT_MAX];

    if (!v)
        return err_nomem(e);
    v->network = str_dup(network);
    v->ip = str_dup(ip_text(&ep->addr.addr, text));
    v->prefix = ep->addr.bits;
    v->gateway = str_dup(ip_text(&ep->gateway, text));
    v->mac = str_dup(ip_mac_text(ep->mac, text));
    v->ifname = str_dup(ep->ifname);
    v->host_ifname = str_dup(ep->host_ifname);
    if (!v->network || !v->ip || !v->gateway || !v->mac || !v->ifname || !v->host_ifname ||
        strv_extend(&v->aliases, aliases) < 0)
        return err_nomem(e);
    return 0;
}

static int attach_one(struct monitor *m, const struct net_place *place, size_t i, bool *route,
                      char ***dns_networks, struct err *e)
{
    const struct record *rec = &m->plan->record;
    const struct record_network *want = &rec->networks[i];
    CLEANUP(network) struct network net = { 0 };
    struct net_endpoint ep;
    char ifname[IFNAMSIZ];

    snprintf(ifname, sizeof(ifname), "eth%zu", i);
    int r = network_read(place, want->name, &net, e);
    if (r < 0)
        return r;
    r = net_attach(place, &net,
                   &(struct net_want){ .id = m->c.id,
                                       .name = rec->name,
                                       .hostname = rec->hostname,
                                       .aliases = want->aliases,
                                       .ip = want->ip,
                                       .mac = want->mac,
                                       .ifname = ifname,
                                       .default_route = !*route && !net.internal },
                   m->proc.netns_fd, &ep, e);
    if (r < 0)
        return r;
    *route = *route || !net.internal;
    if (!net.no_dns && strv_add(dns_networks, net.name) < 0)
        return err_nomem(e);
    return note_address(&m->c.status, net.name, &ep, want->aliases, e);
}

static int serve_dns(struct monitor *m, const struct net_place *place, char *const *networks,
                     struct err *e)
{
    const struct dns_want want = { .place = place,
                                   .netns_fd = m->proc.netns_fd,
                                   .networks = networks,
                                   .upstreams = m->plan->record.dns };

    int r = dns_start(m->loop, &want, &m->dns, e);
    if (r >= 0)
        r = nft_dns(m->proc.netns_fd, dns_udp_port(m->dns), dns_tcp_port(m->dns), e);
    return r < 0 ? err_wrap(e, "DNS") : 0;
}

/* The file is mounted already, so its text is written into it, not renamed over it. */
static int write_hosts(struct monitor *m, struct err *e)
{
    const struct record *rec = &m->plan->record;
    const struct status *s = &m->c.status;
    AUTO_FREE struct ip_addr *own = calloc(s->n_addresses + 1, sizeof(*own));
    AUTO_BUF struct buf text = { 0 };
    struct ip_addr gateway;
    struct hosts_want want = { .hostname = rec->hostname,
                               .domainname = rec->domainname,
                               .addresses = own,
                               .n_addresses = s->n_addresses,
                               .extra = rec->extra_hosts };

    if (!own)
        return err_nomem(e);
    int r = 0;
    for (size_t i = 0; r >= 0 && i < s->n_addresses; i++)
        r = ip_parse(s->addresses[i].ip, &own[i], e);
    if (r >= 0 && !str_empty(s->addresses[0].gateway)) {
        r = ip_parse(s->addresses[0].gateway, &gateway, e);
        want.host_gateway = &gateway;
    }
    if (r >= 0)
        r = hosts_file(&want, &text, e);
    if (r < 0)
        return r;
    if (text.failed)
        return err_nomem(e);
    AUTO_FD int fd = openat(m->c.run_fd, "hosts", O_WRONLY | O_CLOEXEC);
    if (fd < 0 || fs_write_all(fd, text.data, text.len) < 0)
        return err_sys(e, "write", "hosts");
    return 0;
}

int setup_network(struct monitor *m, struct err *e)
{
    const struct record *rec = &m->plan->record;
    const struct net_place place = place_of(m);
    AUTO_STRV char **dns_networks = NULL;
    bool route = false;
    int r = 0;

    if (STREQ(rec->network_mode, NETWORK_NONE) && rec->n_networks == 0)
        return net_loopback_up(m->proc.netns_fd, e);
    if (rec->n_networks == 0)
        return 0;
    for (size_t i = 0; r >= 0 && i < rec->n_networks; i++)
        r = attach_one(m, &place, i, &route, &dns_networks, e);
    if (r >= 0 && dns_networks)
        r = serve_dns(m, &place, dns_networks, e);
    return r < 0 ? r : write_hosts(m, e);
}
