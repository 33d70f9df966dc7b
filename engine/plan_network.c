/* SPDX-License-Identifier: MIT */
/* Networks: which ones to join, under which names, with which resolvers. */
#include "engine/plan.h"

#include "base/str.h"
#include "base/vec.h"
#include "engine/container.h"
#include "engine/names.h"
#include "engine/parse_net.h"
#include "net/network.h"

static int set_mode(struct record *rec, const char *mode, struct err *e)
{
    if (rec->network_mode && !STREQ(rec->network_mode, mode))
        return err_set(e, ERR_INVALID,
                       "conflicting options: --network %s cannot be combined with --network %s",
                       rec->network_mode, mode);
    return str_set(&rec->network_mode, mode) < 0 ? err_nomem(e) : 0;
}

static int join_container(const struct paths *p, struct record *rec, const char *name,
                          struct err *e)
{
    char mode[sizeof("container:") + ID_LEN] = "container:";

    int r = names_resolve(p, name, mode + strlen(mode), e);
    if (r < 0)
        return err_wrap(e, "--network container:%s", name);
    return set_mode(rec, mode, e);
}

static int add_network(struct record *rec, const struct network_spec *spec, struct err *e)
{
    for (size_t i = 0; i < rec->n_networks; i++)
        if (STREQ(rec->networks[i].name, spec->name))
            return err_set(e, ERR_INVALID, "network %s is given twice", spec->name);
    if (rec->n_networks == 0) {
        int r = set_mode(rec, spec->name, e);
        if (r < 0)
            return r;
    }
    struct record_network *v = VEC_ADD(rec->networks, rec->n_networks);
    if (!v)
        return err_nomem(e);
    v->name = str_dup(spec->name);
    v->ip = str_dup(spec->ip);
    v->mac = str_dup(spec->mac);
    if (!v->name || strv_extend(&v->aliases, spec->aliases) < 0)
        return err_nomem(e);
    return 0;
}

static int add_spec(const struct paths *p, struct record *rec, const char *text, struct err *e)
{
    CLEANUP(network_spec) struct network_spec spec = { 0 };

    int r = parse_net(text, &spec, e);
    if (r < 0)
        return r;
    switch (spec.mode) {
    case NETWORK_SPEC_NONE: return set_mode(rec, NETWORK_NONE, e);
    case NETWORK_SPEC_HOST: return set_mode(rec, NETWORK_HOST, e);
    case NETWORK_SPEC_CONTAINER: return join_container(p, rec, spec.name, e);
    case NETWORK_SPEC_NAMED: break;
    }
    if (rec->network_mode && rec->n_networks == 0)
        return set_mode(rec, spec.name, e);
    return add_network(rec, &spec, e);
}

/* --ip, --mac-address and --network-alias speak of the first network. */
static int fill_first(struct record *rec, const struct run_args *args, struct err *e)
{
    struct record_network *first = rec->networks;
    const char *ip = str_empty(args->ip) ? NULL : args->ip;
    const char *mac_address = str_empty(args->mac_address) ? NULL : args->mac_address;
    uint8_t mac[6];

    if (!ip && !mac_address && !args->network_aliases)
        return 0;
    if (rec->n_networks == 0)
        return err_set(e, ERR_INVALID,
                       "conflicting options: --ip, --mac-address and --network-alias need a "
                       "bridge network, not --network %s",
                       rec->network_mode);
    int r = ip ? parse_net_address(ip, e) : 0;
    if (r >= 0 && mac_address)
        r = parse_net_mac(mac_address, mac, e);
    if (r < 0)
        return r;
    if ((ip && str_set(&first->ip, ip) < 0) ||
        (mac_address && str_set(&first->mac, mac_address) < 0) ||
        strv_extend(&first->aliases, args->network_aliases) < 0)
        return err_nomem(e);
    return 0;
}

static int fill_dns(struct record *rec, const struct run_args *args, struct err *e)
{
    int r = 0;

    strv_foreach (it, args->dns)
        r = r < 0 ? r : parse_net_address(*it, e);
    strv_foreach (it, args->dns_search)
        r = r < 0 ? r : parse_net_domain(*it, e);
    strv_foreach (it, args->add_hosts) {
        CLEANUP(host_spec) struct host_spec host = { 0 };
        if (r >= 0)
            r = parse_net_host(*it, &host, e);
        if (r >= 0 && strv_addf(&rec->extra_hosts, "%s:%s", host.name,
                                host.gateway ? "host-gateway" : host.ip) < 0)
            r = err_nomem(e);
    }
    if (r < 0)
        return r;
    if (strv_extend(&rec->dns, args->dns) < 0 ||
        strv_extend(&rec->dns_search, args->dns_search) < 0 ||
        strv_extend(&rec->dns_options, args->dns_options) < 0)
        return err_nomem(e);
    return 0;
}

/* ---- ports ---- */

/* Those of a range one by one, each once. */
static int add_ports(struct record *rec, const char *text, struct err *e)
{
    struct port_spec p;
    int r = parse_net_port(text, &p, e);

    for (unsigned n = r < 0 ? 1 : p.first; r >= 0 && n <= p.last; n++) {
        AUTO_FREE char *port = str_fmt("%u/%s", n, p.proto);
        if (!port || (!strv_has(rec->exposed_ports, port) && strv_add(&rec->exposed_ports, port)))
            r = err_nomem(e);
    }
    return r;
}

static int by_number(const void *a, const void *b)
{
    const char *x = *(char *const *)a;
    const char *y = *(char *const *)b;
    long first = strtol(x, NULL, 10);
    long second = strtol(y, NULL, 10);

    return first != second ? (first > second) - (first < second) : strcmp(x, y);
}

static int fill_ports(struct record *rec, char *const *of_image, char *const *of_user,
                      struct err *e)
{
    int r = 0;

    strv_foreach (it, of_image) {
        struct err ignored = ERR_INIT; /* an image's nonsense keeps nobody from running it */
        add_ports(rec, *it, &ignored);
    }
    strv_foreach (it, of_user)
        r = r < 0 ? r : add_ports(rec, *it, e);
    if (rec->exposed_ports)
        qsort(rec->exposed_ports, strv_len(rec->exposed_ports), sizeof(char *), by_number);
    return r;
}

/* ---- --network container:ID ---- */

static int check_conflicts(const struct run_args *args, struct err *e)
{
    const struct {
        bool conflict;
        const char *what;
    } rules[] = {
        { !str_empty(args->hostname), "hostname" },
        { strv_len(args->dns) > 0, "dns" },
        { strv_len(args->add_hosts) > 0, "custom host-to-IP mapping" },
    };

    for (size_t i = 0; i < ARRAY_LEN(rules); i++)
        if (rules[i].conflict)
            return err_set(e, ERR_INVALID, "conflicting options: %s and the network mode",
                           rules[i].what);
    return 0;
}

/* Who joins a container has its host name, unless it is the host's UTS namespace that names him. */
static int share_hostname(const struct paths *p, struct plan *plan, const struct run_args *args,
                          struct err *e)
{
    const char *id = str_after(plan->record.network_mode, "container:");
    CLEANUP(container) struct container other = CONTAINER_INIT;

    if (!id)
        return 0;
    int r = check_conflicts(args, e);
    if (r < 0 || (args->uts && STREQ(args->uts, "host")))
        return r;
    r = container_open(p, id, &other, e);
    if (r < 0)
        return err_wrap(e, "--network container:%.12s", id);
    if (str_set(&plan->record.hostname, other.record.hostname) < 0 ||
        str_set(&plan->config.hostname, other.record.hostname) < 0)
        return err_nomem(e);
    return 0;
}

int plan_network(const struct paths *p, struct plan *plan, const struct run_args *args,
                 const struct image_run *img, struct err *e)
{
    int r = 0;

    if (strv_len(args->networks) == 0)
        r = add_spec(p, &plan->record, NETWORK_DEFAULT, e);
    strv_foreach (it, args->networks)
        r = r < 0 ? r : add_spec(p, &plan->record, str_empty(*it) ? NETWORK_DEFAULT : *it, e);
    if (r >= 0)
        r = fill_first(&plan->record, args, e);
    if (r >= 0)
        r = share_hostname(p, plan, args, e);
    if (r >= 0)
        r = fill_ports(&plan->record, img->exposed_ports, args->expose, e);
    return r < 0 ? r : fill_dns(&plan->record, args, e);
}
