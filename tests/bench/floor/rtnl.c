/* SPDX-License-Identifier: MIT */
/* Links and addresses by raw rtnetlink. */
#include "tests/bench/floor/rtnl.h"
#include "tests/bench/floor/floor.h"
#include "tests/bench/floor/nlmsg.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int link_index(const char *name)
{
    struct ifreq req = { 0 };
    int sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    strncpy(req.ifr_name, name, sizeof(req.ifr_name) - 1);
    if (sock < 0 || ioctl(sock, SIOCGIFINDEX, &req) < 0)
        floor_die("find link", name);
    close(sock);
    return req.ifr_ifindex;
}

void rtnl_add_veth(const char *bridge, const char *name, pid_t pid)
{
    const struct ifinfomsg up = { .ifi_flags = IFF_UP, .ifi_change = IFF_UP };
    const struct ifinfomsg down = { .ifi_flags = 0 }; /* up would be ENOTCONN: no partner yet */
    int index = link_index(bridge);
    int32_t target = pid;
    struct nlmsg m = { .len = 0 };
    size_t info, data, peer;
    int sock = nlmsg_open(NETLINK_ROUTE);

    nlmsg_begin(&m, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, &up, sizeof(up));
    nlmsg_put_str(&m, IFLA_IFNAME, name);
    nlmsg_put(&m, IFLA_MASTER, &index, sizeof(index));
    info = nlmsg_nest(&m, IFLA_LINKINFO);
    nlmsg_put_str(&m, IFLA_INFO_KIND, "veth");
    data = nlmsg_nest(&m, IFLA_INFO_DATA);
    peer = nlmsg_nest(&m, VETH_INFO_PEER);
    nlmsg_put_raw(&m, &down, sizeof(down));
    nlmsg_put_str(&m, IFLA_IFNAME, "eth0");
    nlmsg_put(&m, IFLA_NET_NS_PID, &target, sizeof(target));
    nlmsg_end(&m, peer);
    nlmsg_end(&m, data);
    nlmsg_end(&m, info);
    nlmsg_talk(sock, &m, "add veth pair");
    close(sock);
}

static void add_address(struct nlmsg *m, const char *address, int index)
{
    struct ifaddrmsg msg = { .ifa_family = AF_INET, .ifa_index = (uint32_t)index };
    struct in_addr in;
    char host[INET_ADDRSTRLEN];
    const char *slash = strchr(address, '/');

    if (!slash || snprintf(host, sizeof(host), "%.*s", (int)(slash - address), address) < 7 ||
        inet_pton(AF_INET, host, &in) != 1) {
        errno = EINVAL;
        floor_die("read address", address);
    }
    msg.ifa_prefixlen = (uint8_t)strtoul(slash + 1, NULL, 10);
    nlmsg_begin(m, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &msg, sizeof(msg));
    nlmsg_put(m, IFA_LOCAL, &in, sizeof(in));
    nlmsg_put(m, IFA_ADDRESS, &in, sizeof(in));
}

void rtnl_configure(const char *address, const char *gateway)
{
    const int eth0 = link_index("eth0");
    const struct ifinfomsg up[] = {
        { .ifi_index = 1, .ifi_flags = IFF_UP, .ifi_change = IFF_UP }, /* lo */
        { .ifi_index = eth0, .ifi_flags = IFF_UP, .ifi_change = IFF_UP },
    };
    const struct rtmsg route = { .rtm_family = AF_INET,
                                 .rtm_table = RT_TABLE_MAIN,
                                 .rtm_protocol = RTPROT_BOOT,
                                 .rtm_scope = RT_SCOPE_UNIVERSE,
                                 .rtm_type = RTN_UNICAST };
    struct in_addr via;
    struct nlmsg m = { .len = 0 };
    int sock = nlmsg_open(NETLINK_ROUTE);

    if (inet_pton(AF_INET, gateway, &via) != 1) {
        errno = EINVAL;
        floor_die("read address", gateway);
    }
    for (int i = 0; i < 2; i++)
        nlmsg_begin(&m, RTM_NEWLINK, 0, &up[i], sizeof(up[i]));
    add_address(&m, address, eth0);
    nlmsg_begin(&m, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, &route, sizeof(route));
    nlmsg_put(&m, RTA_GATEWAY, &via, sizeof(via));
    nlmsg_talk(sock, &m, "configure eth0");
    close(sock);
}

void rtnl_open_dns(void)
{
    static const int types[] = { SOCK_DGRAM, SOCK_STREAM };
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(RTNL_DNS_PORT) };

    inet_pton(AF_INET, "127.0.0.11", &at.sin_addr);
    for (int i = 0; i < 2; i++) {
        int sock = socket(AF_INET, types[i] | SOCK_CLOEXEC, 0);

        if (sock < 0 || bind(sock, (struct sockaddr *)&at, sizeof(at)) < 0 ||
            (types[i] == SOCK_STREAM && listen(sock, 16) < 0))
            floor_die("bind", "127.0.0.11");
    }
}

void rtnl_lo_up(void)
{
    struct ifreq req = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
    int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (sock < 0 || ioctl(sock, SIOCSIFFLAGS, &req) < 0)
        floor_die("set up", "lo");
    close(sock);
}
