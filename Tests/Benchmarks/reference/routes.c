#define _GNU_SOURCE
#include "reference.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <string.h>

// Every interface but lo becomes loose, and those to come; where nothing filters and no default route is, none does.
static bool is_to_loosen(const struct container *container, int value) {
    bool filters = value > 0 || container->rp_filter_of_all > 0;
    return value >= 0 && value != 2 && (filters || has_default(container, AF_INET));
}

static void loosen(const struct container *container, const char *name, bool *entered) {
    char path[64];
    if (!*entered) enter(container->file);
    *entered = true;
    snprintf(path, sizeof path, "/proc/sys/net/ipv4/conf/%s/rp_filter", name);
    write_number(path, 2);
}

void settle_filters(const struct container *container, int home) {
    bool entered = false;
    for (size_t i = 0; i < container->links; i++) {
        const struct link *link = &container->link[i];
        if (!link->loopback && is_to_loosen(container, link->rp_filter)) loosen(container, link->name, &entered);
    }
    if (is_to_loosen(container, container->rp_filter_of_default)) loosen(container, "default", &entered);
    if (entered) enter(home);
}

// By metric, the interface's name in natural order, the gateway.
static bool is_better(struct container *container, const struct route *left, const struct route *right) {
    if (left->metric != right->metric) return left->metric < right->metric;
    int order = strverscmp(link_of(container, left->index)->name, link_of(container, right->index)->name);
    if (order) return order < 0;
    return memcmp(left->gateway, right->gateway, sizeof left->gateway) < 0;
}

static void put_route(uint16_t type, uint16_t flags, const struct route *route) {
    struct nlmsghdr *message = begin(type, flags);
    struct rtmsg *header = mnl_nlmsg_put_extra_header(message, sizeof *header);
    header->rtm_family = route->family;
    header->rtm_table = route->table < 256 ? (uint8_t)route->table : RT_TABLE_UNSPEC;
    header->rtm_protocol = route->protocol;
    header->rtm_scope = route->scope;
    header->rtm_type = route->type;
    mnl_attr_put_u32(message, RTA_TABLE, route->table);
    mnl_attr_put_u32(message, RTA_PRIORITY, route->metric);
    if (route->index) mnl_attr_put_u32(message, RTA_OIF, route->index);
    if (route->has_gateway) mnl_attr_put(message, RTA_GATEWAY, family_size(route->family), route->gateway);
    queue(message, type == RTM_NEWROUTE ? EEXIST : ESRCH);
}

static void put_rule(const struct rule *rule) {
    struct nlmsghdr *message = begin(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL);
    struct fib_rule_hdr *header = mnl_nlmsg_put_extra_header(message, sizeof *header);
    header->family = (uint8_t)rule->family;
    header->src_len = rule->source_length;
    header->table = rule->table < 256 ? (uint8_t)rule->table : RT_TABLE_UNSPEC;
    header->action = FR_ACT_TO_TBL;
    mnl_attr_put_u32(message, FRA_PRIORITY, rule->priority);
    mnl_attr_put_u32(message, FRA_TABLE, rule->table);
    mnl_attr_put_u8(message, FRA_PROTOCOL, rule->protocol);
    if (rule->source_length) mnl_attr_put(message, FRA_SRC, family_size((uint8_t)rule->family), rule->source);
    if (*rule->input) mnl_attr_put_strz(message, FRA_IIFNAME, rule->input);
    if (*rule->output) mnl_attr_put_strz(message, FRA_OIFNAME, rule->output);
    if (rule->suppressed >= 0) mnl_attr_put_u32(message, FRA_SUPPRESS_PREFIXLEN, (uint32_t)rule->suppressed);
    if (rule->suppressed_group >= 0) mnl_attr_put_u32(message, FRA_SUPPRESS_IFGROUP, (uint32_t)rule->suppressed_group);
    queue(message, EEXIST);
}

static void put_group(const struct link *link) {
    struct nlmsghdr *message = begin(RTM_SETLINK, 0);
    struct ifinfomsg *header = mnl_nlmsg_put_extra_header(message, sizeof *header);
    header->ifi_index = (int)link->index;
    mnl_attr_put_u32(message, IFLA_GROUP, OWN_GROUP);
    queue(message, ENODEV);
}

static void put_new_route(const struct container *container, const struct route *route) {
    for (size_t i = 0; i < container->routes; i++)
        if (!memcmp(&container->route[i], route, sizeof *route)) return;
    put_route(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_APPEND, route);
}

static void copy(const struct container *container, struct route route, uint8_t protocol) {
    route.table = OWN_TABLE(route.index);
    route.protocol = protocol;
    put_new_route(container, &route);
}

// That this container has been looked after.
static void put_mark(const struct container *container) {
    struct route mark = {.table = OWN_MARK_TABLE, .metric = 1, .family = AF_INET, .protocol = OWN_PROTOCOL,
        .type = RTN_BLACKHOLE};
    put_new_route(container, &mark);
}

// The default routes of one family, and what becomes of them.
struct family {
    uint8_t family;
    const struct route *candidate[4 * MAX], *winner;
    size_t count;
    bool lost[2 * MAX];
};

static bool is_network(const struct family *family, uint32_t index) {
    return index < 2 * MAX && (family->lost[index] || index == family->winner->index);
}

// "Main, but not its default", "main, but no network's default", a rule for the prefix of each address of the networks that
// lost, and one for what is bound to their devices.
static size_t wanted_rules(const struct container *container, const struct family *family, struct rule *wanted) {
    size_t count = 2;
    struct rule own = {.priority = OWN_PRIORITY, .table = RT_TABLE_MAIN, .family = family->family,
        .protocol = OWN_PROTOCOL, .suppressed = -1, .suppressed_group = -1};
    wanted[0] = wanted[1] = own;
    wanted[0].suppressed = 0;
    wanted[1].suppressed_group = OWN_GROUP;
    for (size_t i = 0; i < container->addresses; i++) {
        const struct address *address = &container->address[i];
        if (address->family != family->family || address->index >= 2 * MAX || !family->lost[address->index]) continue;
        struct rule *rule = &wanted[count++];
        *rule = own;
        rule->table = OWN_TABLE(address->index);
        rule->source_length = address->length;
        memcpy(rule->source, address->bytes, address->length / 8);
        strcpy(rule->input, "lo");
    }
    for (size_t i = 0; i < container->links; i++) {
        const struct link *link = &container->link[i];
        if (link->index >= 2 * MAX || !family->lost[link->index]) continue;
        wanted[count] = own;
        wanted[count].table = OWN_TABLE(link->index);
        memcpy(wanted[count++].output, link->name, sizeof link->name);
    }
    return count > 2 ? count : 0;
}

static void settle_rules(const struct container *container, const struct family *family) {
    struct rule wanted[4 * MAX] = {0};
    size_t count = wanted_rules(container, family, wanted), same = 0;
    for (size_t i = 0; i < container->rules; i++) {
        const struct rule *rule = &container->rule[i];
        if (rule->protocol != OWN_PROTOCOL || rule->family != family->family) continue;
        if (same == count || memcmp(rule, &wanted[same], sizeof *rule)) {
            errno = ENOTSUP;
            fail("put rules right");
        }
        same++;
    }
    for (size_t i = same; i < count; i++) put_rule(&wanted[i]);
}

// Those in main, then losers of an earlier run whose interface has none in main by now.
static void find_candidates(struct container *container, struct family *family) {
    bool in_main[2 * MAX] = {false};
    for (int remembered = 0; remembered < 2; remembered++)
        for (size_t i = 0; i < container->routes; i++) {
            const struct route *route = &container->route[i];
            const struct link *link = link_of(container, route->index);
            if (route->family != family->family || route->type != RTN_UNICAST || !link || link->loopback) continue;
            if (route->index >= 2 * MAX) continue;
            bool is_copy = route->table == OWN_TABLE(route->index) && route->protocol != OWN_PROTOCOL;
            if (remembered ? !is_copy || in_main[route->index] : route->table != RT_TABLE_MAIN) continue;
            family->candidate[family->count++] = route;
            if (!remembered) in_main[route->index] = true;
        }
    for (size_t i = 0; i < family->count; i++)
        if (!family->winner || is_better(container, family->candidate[i], family->winner))
            family->winner = family->candidate[i];
    for (size_t i = 0; i < family->count; i++)
        if (family->candidate[i]->index != family->winner->index) family->lost[family->candidate[i]->index] = true;
}

static int is_local(const struct nlmsghdr *message, void *data) {
    *(bool *)data = ((struct rtmsg *)mnl_nlmsg_get_payload(message))->rtm_type == RTN_LOCAL;
    return MNL_CB_OK;
}

// The gateways of networks that compete must be addresses of the host: this program asks no neighbours.
static void check_gateways(struct channel *host, const struct family families[2]) {
    bool local[8 * MAX];
    void *places[8 * MAX];
    size_t count = 0;
    for (int which = 0; which < 2; which++) {
        const struct family *family = &families[which];
        for (size_t i = 0; i < family->count; i++) {
            bool competes = false;
            for (size_t j = 0; j < family->count; j++) competes |= family->candidate[j]->index != family->candidate[i]->index;
            if (!competes || !family->candidate[i]->has_gateway) continue;
            struct nlmsghdr *message = begin(RTM_GETROUTE, 0);
            struct rtmsg *header = mnl_nlmsg_put_extra_header(message, sizeof *header);
            header->rtm_family = family->family;
            header->rtm_dst_len = (uint8_t)(8 * family_size(family->family));
            mnl_attr_put(message, RTA_DST, family_size(family->family), family->candidate[i]->gateway);
            queue(message, ENETUNREACH);
            local[count] = false;
            places[count] = &local[count];
            count++;
        }
    }
    ask_all(host, is_local, places);
    for (size_t i = 0; i < count; i++)
        if (!local[i]) {
            errno = ENOTSUP;
            fail("ask a neighbour");
        }
}

void settle_routes(struct channel *inside, struct channel *host, struct container *container) {
    struct family families[2] = {{.family = AF_INET}, {.family = AF_INET6}};
    for (int i = 0; i < 2; i++) find_candidates(container, &families[i]);
    check_gateways(host, families);
    for (size_t i = 0; i < container->links; i++) {
        const struct link *link = &container->link[i];
        bool joins = false;
        for (int j = 0; j < 2; j++) {
            size_t losers = 0;
            for (size_t k = 0; k < 2 * MAX; k++) losers += families[j].lost[k];
            joins |= losers && is_network(&families[j], link->index);
        }
        if (joins && link->group == 0) put_group(link);
    }
    for (int i = 0; i < 2; i++) {
        struct family *family = &families[i];
        bool competes = false;
        for (size_t j = 0; j < family->count; j++) {
            const struct route *route = family->candidate[j];
            if (!family->lost[route->index]) continue;
            competes = true;
            copy(container, *route, route->protocol);
            if (container->displaced < MAX) container->lost[container->displaced++] = *route;
        }
        if (competes) copy(container, *family->winner, OWN_PROTOCOL);
        settle_rules(container, family);
    }
    bool removes = false;
    for (int i = 0; i < 2; i++)
        for (size_t j = 0; j < families[i].count; j++) {
            const struct route *route = families[i].candidate[j];
            if (route->table != RT_TABLE_MAIN || !families[i].lost[route->index]) continue;
            if (!removes) change_all(inside);
            removes = true;
            put_route(RTM_DELROUTE, 0, route);
        }
    put_mark(container);
    change_all(inside);
}
