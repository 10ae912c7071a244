#include "reference.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/net_namespace.h>
#include <linux/netconf.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>

#define APPEND(container, array, count) \
    ((container)->count < sizeof (container)->array / sizeof *(container)->array \
         ? &(container)->array[(container)->count++] \
         : NULL)

static void read_rp_filter(const struct nlattr *families, struct link *link) {
    const struct nlattr *family, *attribute;
    mnl_attr_for_each_nested(family, families) {
        if (mnl_attr_get_type(family) != AF_INET) continue;
        mnl_attr_for_each_nested(attribute, family) {
            const int32_t *values = mnl_attr_get_payload(attribute);
            if (mnl_attr_get_type(attribute) == IFLA_INET_CONF &&
                mnl_attr_get_payload_len(attribute) >= IPV4_DEVCONF_RP_FILTER * 4)
                link->rp_filter = values[IPV4_DEVCONF_RP_FILTER - 1];
        }
    }
}

static void read_link(const struct nlmsghdr *message, struct link *link) {
    const struct ifinfomsg *header = mnl_nlmsg_get_payload(message);
    const struct nlattr *attribute, *detail;
    *link = (struct link){.index = (uint32_t)header->ifi_index, .peer_namespace = -1, .rp_filter = -1};
    link->loopback = header->ifi_flags & IFF_LOOPBACK;
    mnl_attr_for_each(attribute, message, sizeof *header) {
        switch (mnl_attr_get_type(attribute)) {
        case IFLA_IFNAME: strncpy(link->name, mnl_attr_get_str(attribute), sizeof link->name - 1); break;
        case IFLA_GROUP: link->group = mnl_attr_get_u32(attribute); break;
        case IFLA_MASTER: link->master = mnl_attr_get_u32(attribute); break;
        case IFLA_LINK: link->peer = mnl_attr_get_u32(attribute); break;
        case IFLA_LINK_NETNSID: link->peer_namespace = (int32_t)mnl_attr_get_u32(attribute); break;
        case IFLA_AF_SPEC: read_rp_filter(attribute, link); break;
        case IFLA_LINKINFO:
            mnl_attr_for_each_nested(detail, attribute) {
                if (mnl_attr_get_type(detail) != IFLA_INFO_KIND) continue;
                link->veth = !strcmp(mnl_attr_get_str(detail), "veth");
                link->bridge = !strcmp(mnl_attr_get_str(detail), "bridge");
            }
        }
    }
}

static int each_link(const struct nlmsghdr *message, void *data) {
    struct link *link = APPEND((struct container *)data, link, links);
    if (link) read_link(message, link);
    return MNL_CB_OK;
}

static int one_link(const struct nlmsghdr *message, void *data) {
    read_link(message, data);
    return MNL_CB_STOP;
}

static int namespace_id(const struct nlmsghdr *message, void *data) {
    const struct nlattr *attribute;
    mnl_attr_for_each(attribute, message, sizeof(struct rtgenmsg))
        if (mnl_attr_get_type(attribute) == NETNSA_NSID) *(int32_t *)data = (int32_t)mnl_attr_get_u32(attribute);
    return MNL_CB_OK;
}

static int link_or_id(const struct nlmsghdr *message, void *data) {
    return (message->nlmsg_type == RTM_NEWNSID ? namespace_id : one_link)(message, data);
}

void find_links(
    struct channel *channel, size_t count, const uint32_t *indexes, struct link *links, int file, int32_t *id) {
    void *places[MAX + 1];
    for (size_t i = 0; i < count; i++) {
        struct nlmsghdr *message = begin(RTM_GETLINK, 0);
        struct ifinfomsg *header = mnl_nlmsg_put_extra_header(message, sizeof *header);
        header->ifi_index = (int)indexes[i];
        mnl_attr_put_u32(message, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
        queue(message, ENODEV);
        links[i] = (struct link){0};
        places[i] = &links[i];
    }
    if (id) {
        struct nlmsghdr *message = begin(RTM_GETNSID, 0);
        mnl_nlmsg_put_extra_header(message, sizeof(struct rtgenmsg));
        mnl_attr_put_u32(message, NETNSA_FD, (uint32_t)file);
        queue(message, 0);
        places[count] = id;
    }
    ask_all(channel, link_or_id, places);
}

static int each_address(const struct nlmsghdr *message, void *data) {
    const struct ifaddrmsg *header = mnl_nlmsg_get_payload(message);
    const struct nlattr *attribute, *own = NULL;
    if (header->ifa_scope != RT_SCOPE_UNIVERSE) return MNL_CB_OK;
    mnl_attr_for_each(attribute, message, sizeof *header) {
        int type = mnl_attr_get_type(attribute);
        // IFA_ADDRESS is the other end of a point-to-point link.
        if (type == IFA_LOCAL || (type == IFA_ADDRESS && !own)) own = attribute;
    }
    struct address *address = own ? APPEND((struct container *)data, address, addresses) : NULL;
    if (!address) return MNL_CB_OK;
    address->index = header->ifa_index;
    address->family = header->ifa_family;
    address->length = header->ifa_prefixlen;
    memcpy(address->bytes, mnl_attr_get_payload(own), family_size(header->ifa_family));
    return MNL_CB_OK;
}

static void read_hop(const struct nlattr *attribute, struct route *route) {
    if (mnl_attr_get_type(attribute) == RTA_OIF) route->index = mnl_attr_get_u32(attribute);
    if (mnl_attr_get_type(attribute) != RTA_GATEWAY) return;
    route->has_gateway = true;
    memcpy(route->gateway, mnl_attr_get_payload(attribute), family_size(route->family));
}

// IPv6 lists defaults of one metric as one route of several legs.
static void add_legs(const struct nlattr *legs, const struct route *whole, struct container *container) {
    const char *end = (char *)mnl_attr_get_payload(legs) + mnl_attr_get_payload_len(legs);
    const struct rtnexthop *hop = mnl_attr_get_payload(legs);
    for (; (char *)(hop + 1) <= end && hop->rtnh_len >= sizeof *hop; hop = RTNH_NEXT(hop)) {
        struct route *leg = APPEND(container, route, routes);
        // The name that libmnl's macro asks for.
        const struct nlattr *attr;
        if (!leg) return;
        *leg = *whole;
        leg->index = (uint32_t)hop->rtnh_ifindex;
        mnl_attr_for_each_payload((void *)RTNH_DATA(hop), hop->rtnh_len - sizeof *hop) read_hop(attr, leg);
    }
}

// IPv4 lists a table by address: above 0.0.0.0 there are no more default routes.
static bool is_behind_defaults(const struct nlmsghdr *message) {
    const struct nlattr *attribute;
    mnl_attr_for_each(attribute, message, sizeof(struct rtmsg))
        if (mnl_attr_get_type(attribute) == RTA_DST) return mnl_attr_get_u32(attribute) != 0;
    return false;
}

static int each_route(const struct nlmsghdr *message, void *data) {
    const struct rtmsg *header = mnl_nlmsg_get_payload(message);
    struct container *container = data;
    if (header->rtm_dst_len && header->rtm_family == AF_INET) {
        if (container->one_table) return is_behind_defaults(message) ? MNL_CB_STOP : MNL_CB_OK;
        return ++container->others > MOST_ROUTES ? MNL_CB_STOP : MNL_CB_OK;
    }
    // The long part of all but default routes is not looked at.
    if (header->rtm_dst_len || header->rtm_src_len || header->rtm_tos) return MNL_CB_OK;
    const struct nlattr *attribute, *legs = NULL;
    struct route route = {.family = header->rtm_family, .protocol = header->rtm_protocol, .scope = header->rtm_scope,
        .type = header->rtm_type, .table = header->rtm_table};
    mnl_attr_for_each(attribute, message, sizeof *header) {
        switch (mnl_attr_get_type(attribute)) {
        case RTA_TABLE: route.table = mnl_attr_get_u32(attribute); break;
        case RTA_PRIORITY: route.metric = mnl_attr_get_u32(attribute); break;
        case RTA_MULTIPATH: legs = attribute; break;
        default: read_hop(attribute, &route);
        }
    }
    if (legs) {
        add_legs(legs, &route, container);
    } else {
        struct route *place = APPEND(container, route, routes);
        if (place) *place = route;
    }
    return MNL_CB_OK;
}

static int each_rule(const struct nlmsghdr *message, void *data) {
    const struct fib_rule_hdr *header = mnl_nlmsg_get_payload(message);
    struct rule *rule = APPEND((struct container *)data, rule, rules);
    const struct nlattr *attribute;
    if (!rule) return MNL_CB_OK;
    *rule = (struct rule){.family = header->family, .table = header->table, .suppressed = -1, .suppressed_group = -1,
        .source_length = header->src_len};
    mnl_attr_for_each(attribute, message, sizeof *header) {
        switch (mnl_attr_get_type(attribute)) {
        case FRA_PRIORITY: rule->priority = mnl_attr_get_u32(attribute); break;
        case FRA_TABLE: rule->table = mnl_attr_get_u32(attribute); break;
        case FRA_PROTOCOL: rule->protocol = mnl_attr_get_u8(attribute); break;
        case FRA_SUPPRESS_PREFIXLEN: rule->suppressed = (int32_t)mnl_attr_get_u32(attribute); break;
        case FRA_SUPPRESS_IFGROUP: rule->suppressed_group = (int32_t)mnl_attr_get_u32(attribute); break;
        case FRA_IIFNAME: strncpy(rule->input, mnl_attr_get_str(attribute), 15); break;
        case FRA_OIFNAME: strncpy(rule->output, mnl_attr_get_str(attribute), 15); break;
        case FRA_SRC: memcpy(rule->source, mnl_attr_get_payload(attribute), family_size(header->family));
        }
    }
    return MNL_CB_OK;
}

static int each_setting(const struct nlmsghdr *message, void *data) {
    struct container *container = data;
    const struct nlattr *attribute;
    int index = 0, filter = -1;
    mnl_attr_for_each(attribute, message, sizeof(struct netconfmsg)) {
        if (mnl_attr_get_type(attribute) == NETCONFA_IFINDEX) index = (int)mnl_attr_get_u32(attribute);
        if (mnl_attr_get_type(attribute) == NETCONFA_RP_FILTER) filter = (int)mnl_attr_get_u32(attribute);
    }
    if (index == NETCONFA_IFINDEX_ALL) container->rp_filter_of_all = filter;
    if (index == NETCONFA_IFINDEX_DEFAULT) container->rp_filter_of_default = filter;
    return MNL_CB_OK;
}

static struct nlmsghdr *listing(uint16_t type, size_t header_size) {
    struct nlmsghdr *message = begin(type, 0);
    mnl_nlmsg_put_extra_header(message, header_size);
    if (type == RTM_GETLINK) mnl_attr_put_u32(message, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
    return message;
}

static void list_routes(struct channel *channel, struct container *container, uint8_t family, uint32_t table) {
    struct nlmsghdr *message = begin(RTM_GETROUTE, 0);
    struct rtmsg *header = mnl_nlmsg_put_extra_header(message, sizeof *header);
    header->rtm_family = family;
    // Where there may be several networks, those that lead nowhere have a say.
    header->rtm_type = !table && container->links < 3 ? RTN_UNICAST : RTN_UNSPEC;
    if (table) mnl_attr_put_u32(message, RTA_TABLE, table);
    dump(channel, message, each_route, container, &container->routes);
}

// A list that is not read to its end would go on at the next request.
static void reopen(struct channel *channel, const struct container *container, int home) {
    mnl_socket_close(channel->socket);
    enter(container->file);
    *channel = open_channel(NETLINK_ROUTE);
    enter(home);
}

// Among many IPv4 routes a table at a time, and of it the beginning.
static void find_defaults(struct channel *channel, struct container *container, int home) {
    list_routes(channel, container, AF_UNSPEC, 0);
    if (container->others <= MOST_ROUTES) return;
    container->one_table = true;
    container->routes = 0;
    for (size_t i = 0; i < container->links + 3; i++) {
        static const uint32_t tables[] = {RT_TABLE_MAIN, OWN_TABLE(-2), OWN_TABLE(-1)};
        reopen(channel, container, home);
        list_routes(channel, container, AF_INET, i < 3 ? tables[i] : OWN_TABLE(container->link[i - 3].index));
    }
    reopen(channel, container, home);
    list_routes(channel, container, AF_INET6, 0);
}

bool networks_compete(const struct container *container) {
    for (size_t i = 0; i < container->routes; i++)
        for (size_t j = 0; j < i; j++) {
            const struct route *one = &container->route[i], *other = &container->route[j];
            if (one->family == other->family && one->index != other->index) return true;
        }
    return false;
}

void observe(struct channel *channel, struct container *container, int home) {
    dump(channel, listing(RTM_GETLINK, sizeof(struct ifinfomsg)), each_link, container, &container->links);
    struct nlmsghdr *message = begin(RTM_GETNETCONF, 0);
    struct netconfmsg *settings = mnl_nlmsg_put_extra_header(message, sizeof *settings);
    settings->ncm_family = AF_INET;
    dump(channel, message, each_setting, container, NULL);
    dump(channel, listing(RTM_GETRULE, sizeof(struct fib_rule_hdr)), each_rule, container, &container->rules);
    find_defaults(channel, container, home);
    if (!networks_compete(container)) return;
    dump(channel, listing(RTM_GETADDR, sizeof(struct ifaddrmsg)), each_address, container, &container->addresses);
}

struct link *link_of(struct container *container, uint32_t index) {
    for (size_t i = 0; i < container->links; i++)
        if (container->link[i].index == index) return &container->link[i];
    return NULL;
}

bool has_default(const struct container *container, uint8_t family) {
    for (size_t i = 0; i < container->routes; i++)
        if (container->route[i].family == family && container->route[i].table == RT_TABLE_MAIN) return true;
    return false;
}
