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

static void put_route(struct channel *channel, uint16_t type, uint16_t flags, const struct route *route) {
    struct nlmsghdr *message = begin(type, flags);
    struct rtmsg *header = mnl_nlmsg_put_extra_header(message, sizeof *header);
    header->rtm_family = route->family;
    header->rtm_table = route->table < 256 ? (uint8_t)route->table : RT_TABLE_UNSPEC;
    header->rtm_protocol = route->protocol;
    header->rtm_scope = route->scope;
    header->rtm_type = route->type;
    mnl_attr_put_u32(message, RTA_TABLE, route->table);
    mnl_attr_put_u32(message, RTA_PRIORITY, route->metric);
    mnl_attr_put_u32(message, RTA_OIF, route->index);
    if (route->has_gateway) mnl_attr_put(message, RTA_GATEWAY, family_size(route->family), route->gateway);
    change(channel, message, type == RTM_NEWROUTE ? EEXIST : ESRCH);
}

static void put_rule(struct channel *channel, uint16_t type, uint16_t flags, const struct rule *rule) {
    struct nlmsghdr *message = begin(type, flags);
    struct fib_rule_hdr *header = mnl_nlmsg_put_extra_header(message, sizeof *header);
    header->family = rule->family;
    header->src_len = rule->source_length;
    header->table = rule->table < 256 ? (uint8_t)rule->table : RT_TABLE_UNSPEC;
    header->action = FR_ACT_TO_TBL;
    mnl_attr_put_u32(message, FRA_PRIORITY, rule->priority);
    mnl_attr_put_u32(message, FRA_TABLE, rule->table);
    mnl_attr_put_u8(message, FRA_PROTOCOL, rule->protocol);
    if (rule->source_length) mnl_attr_put(message, FRA_SRC, family_size(rule->family), rule->source);
    if (rule->suppressed >= 0) mnl_attr_put_u32(message, FRA_SUPPRESS_PREFIXLEN, (uint32_t)rule->suppressed);
    change(channel, message, type == RTM_NEWRULE ? EEXIST : ENOENT);
}

static void copy(struct channel *channel, const struct container *container, struct route route, uint8_t protocol) {
    route.table = OWN_TABLE(route.index);
    route.protocol = protocol;
    for (size_t i = 0; i < container->routes; i++)
        if (!memcmp(&container->route[i], &route, sizeof route)) return;
    put_route(channel, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_APPEND, &route);
}

// "Main, but not its default", then a rule for each address of the networks that lost.
static size_t wanted_rules(const struct container *container, uint8_t family, const bool *lost, struct rule *wanted) {
    size_t count = 1;
    struct rule own = {.priority = OWN_PRIORITY, .family = family, .protocol = OWN_PROTOCOL, .suppressed = -1};
    wanted[0] = own;
    wanted[0].table = RT_TABLE_MAIN;
    wanted[0].suppressed = 0;
    for (size_t i = 0; i < container->addresses; i++) {
        const struct address *address = &container->address[i];
        if (address->family != family || address->index >= 2 * MAX || !lost[address->index]) continue;
        wanted[count] = own;
        wanted[count].table = OWN_TABLE(address->index);
        wanted[count].source_length = (uint8_t)(8 * family_size(family));
        memcpy(wanted[count++].source, address->bytes, family_size(family));
    }
    return count > 1 ? count : 0;
}

static void settle_rules(
    struct channel *channel, const struct container *container, uint8_t family, const bool *lost) {
    struct rule wanted[4 * MAX] = {0};
    const struct rule *present[4 * MAX];
    size_t count = wanted_rules(container, family, lost, wanted), own = 0, same = 0;
    for (size_t i = 0; i < container->rules; i++)
        if (container->rule[i].protocol == OWN_PROTOCOL && container->rule[i].family == family)
            present[own++] = &container->rule[i];
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < own; j++) same += !memcmp(&wanted[i], present[j], sizeof *wanted);
    if (same == count && own == count && (!own || !memcmp(wanted, present[0], sizeof *wanted))) return;
    for (size_t i = 0; i < own; i++) put_rule(channel, RTM_DELRULE, 0, present[i]);
    for (size_t i = 0; i < count; i++) put_rule(channel, RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, &wanted[i]);
}

// Those in main, then losers of an earlier run whose interface has none in main by now.
static size_t candidates(struct container *container, uint8_t family, const struct route **candidate) {
    bool in_main[2 * MAX] = {false};
    size_t count = 0;
    for (int remembered = 0; remembered < 2; remembered++)
        for (size_t i = 0; i < container->routes; i++) {
            const struct route *route = &container->route[i];
            const struct link *link = link_of(container, route->index);
            if (route->family != family || !link || link->loopback || route->index >= 2 * MAX) continue;
            bool is_copy = route->table == OWN_TABLE(route->index) && route->protocol != OWN_PROTOCOL;
            if (remembered ? !is_copy || in_main[route->index] : route->table != RT_TABLE_MAIN) continue;
            candidate[count++] = route;
            if (!remembered) in_main[route->index] = true;
        }
    return count;
}

void settle_routes(struct channel *channel, struct container *container, uint8_t family) {
    const struct route *candidate[4 * MAX], *winner = NULL;
    bool lost[2 * MAX] = {false};
    size_t count = candidates(container, family, candidate), losers = 0;
    for (size_t i = 0; i < count; i++)
        if (!winner || is_better(container, candidate[i], winner)) winner = candidate[i];
    for (size_t i = 0; i < count; i++) {
        if (candidate[i]->index == winner->index) continue;
        lost[candidate[i]->index] = true;
        losers++;
        copy(channel, container, *candidate[i], candidate[i]->protocol);
        if (container->displaced < MAX) container->lost[container->displaced++] = *candidate[i];
    }
    if (losers) copy(channel, container, *winner, OWN_PROTOCOL);
    settle_rules(channel, container, family, lost);
    for (size_t i = 0; i < count; i++)
        if (candidate[i]->table == RT_TABLE_MAIN && lost[candidate[i]->index])
            put_route(channel, RTM_DELROUTE, 0, candidate[i]);
}
