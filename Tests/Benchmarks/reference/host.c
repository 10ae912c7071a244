#include "reference.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libnftnl/udata.h>
#include <linux/net_namespace.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/rtnetlink.h>
#include <string.h>

struct ruleset {
    bool present, dormant;
    size_t rules, elements;
    char comment[8][96], element[2 * MAX][16];
};

static void add_name(char names[][16], size_t *count, const char *name) {
    for (size_t i = 0; i < *count; i++)
        if (!strcmp(names[i], name)) return;
    if (*count < MAX) strncpy(names[(*count)++], name, 15);
}

// The bridges of the other ends of the container's veths, or these themselves.
void find_entrances(struct channel *channel, struct container *container) {
    int32_t id = -1;
    const struct link *veths[MAX];
    struct link ends[MAX], bridges[MAX];
    uint32_t peers[MAX] = {0}, masters[MAX] = {0};
    size_t count = 0, bridged = 0;
    for (size_t i = 0; i < container->links; i++) {
        if (!container->link[i].veth || container->link[i].peer_namespace < 0) continue;
        veths[count] = &container->link[i];
        peers[count++] = container->link[i].peer;
    }
    find_links(channel, count, peers, ends, container->file, &id);
    for (size_t i = 0; i < count; i++) {
        size_t j = 0;
        while (j < bridged && masters[j] != ends[i].master) j++;
        if (ends[i].master && j == bridged) masters[bridged++] = ends[i].master;
    }
    find_links(channel, bridged, masters, bridges, -1, NULL);
    for (size_t i = 0; i < count; i++) {
        if (!ends[i].veth || ends[i].peer != veths[i]->index || ends[i].peer_namespace != id) continue;
        const struct link *from = &ends[i];
        for (size_t j = 0; j < bridged; j++)
            if (bridges[j].bridge && bridges[j].index == ends[i].master) from = &bridges[j];
        struct entrance *entrance = &container->entrance[container->entrances++];
        entrance->link = veths[i]->index;
        entrance->index = from->index;
        memcpy(entrance->name, from->name, sizeof entrance->name);
    }
}

static struct nlmsghdr *table_request(int type, uint8_t family, int attribute, const char *name) {
    struct nlmsghdr *message = begin((uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type), 0);
    struct nfgenmsg *header = mnl_nlmsg_put_extra_header(message, sizeof *header);
    header->nfgen_family = family;
    header->version = NFNETLINK_V0;
    if (name) mnl_attr_put_strz(message, (uint16_t)attribute, name);
    return message;
}

static int table_flags(const struct nlmsghdr *message, void *data) {
    struct ruleset *ruleset = data;
    const struct nlattr *attribute;
    ruleset->present = true;
    mnl_attr_for_each(attribute, message, sizeof(struct nfgenmsg))
        if (mnl_attr_get_type(attribute) == NFTA_TABLE_FLAGS)
            ruleset->dormant = ntohl(mnl_attr_get_u32(attribute)) & NFT_TABLE_F_DORMANT;
    return MNL_CB_STOP;
}

static int each_rule(const struct nlmsghdr *message, void *data) {
    struct ruleset *ruleset = data;
    const struct nlattr *attribute;
    mnl_attr_for_each(attribute, message, sizeof(struct nfgenmsg)) {
        const uint8_t *text = mnl_attr_get_payload(attribute);
        if (mnl_attr_get_type(attribute) != NFTA_RULE_USERDATA || ruleset->rules == 8) continue;
        if (text[0] == NFTNL_UDATA_RULE_COMMENT)
            snprintf(ruleset->comment[ruleset->rules], sizeof *ruleset->comment, "%.*s", text[1], (const char *)text + 2);
    }
    if (ruleset->rules < 8) ruleset->rules++;
    return MNL_CB_OK;
}

static int each_element(const struct nlmsghdr *message, void *data) {
    struct ruleset *ruleset = data;
    const struct nlattr *list, *element, *part, *value;
    mnl_attr_for_each(list, message, sizeof(struct nfgenmsg)) {
        if (mnl_attr_get_type(list) != NFTA_SET_ELEM_LIST_ELEMENTS) continue;
        mnl_attr_for_each_nested(element, list) mnl_attr_for_each_nested(part, element) {
            if (mnl_attr_get_type(part) != NFTA_SET_ELEM_KEY) continue;
            mnl_attr_for_each_nested(value, part)
                if (mnl_attr_get_type(value) == NFTA_DATA_VALUE && ruleset->elements < 2 * MAX)
                    memcpy(ruleset->element[ruleset->elements++], mnl_attr_get_payload(value), 16);
        }
    }
    return MNL_CB_OK;
}

// `data` is whether IPv4 is translated and whether IPv6 is.
static int each_chain(const struct nlmsghdr *message, void *data) {
    const struct nfgenmsg *header = mnl_nlmsg_get_payload(message);
    const struct nlattr *attribute;
    bool *translated = data;
    mnl_attr_for_each(attribute, message, sizeof *header) {
        if (mnl_attr_get_type(attribute) != NFTA_CHAIN_TYPE || strcmp(mnl_attr_get_str(attribute), "nat")) continue;
        translated[0] |= header->nfgen_family != AF_INET6;
        translated[1] |= header->nfgen_family != AF_INET;
    }
    return MNL_CB_OK;
}

// IPv4's and IPv6's.
static void look(struct channel *channel, struct ruleset rulesets[2]) {
    static const uint8_t families[] = {AF_INET, AF_INET6};
    void *places[] = {&rulesets[0], &rulesets[1]};
    memset(rulesets, 0, 2 * sizeof *rulesets);
    for (int i = 0; i < 2; i++)
        queue(table_request(NFT_MSG_GETTABLE, families[i], NFTA_TABLE_NAME, "evenkeel"), ENOENT);
    ask_all(channel, table_flags, places);
    for (int i = 0; i < 2; i++) {
        struct ruleset *ruleset = &rulesets[i];
        if (!ruleset->present) continue;
        struct nlmsghdr *message = table_request(NFT_MSG_GETRULE, families[i], NFTA_RULE_TABLE, "evenkeel");
        dump(channel, message, each_rule, ruleset, &ruleset->rules);
        message = table_request(NFT_MSG_GETSETELEM, families[i], NFTA_SET_ELEM_LIST_TABLE, "evenkeel");
        mnl_attr_put_strz(message, NFTA_SET_ELEM_LIST_SET, "containers");
        dump(channel, message, each_element, ruleset, &ruleset->elements);
    }
}

static bool is_complete(const struct ruleset *ruleset) {
    static const char *const comments[] = {"evenkeel 2: note INVALID segments for a second",
        "evenkeel 2: do not answer INVALID segments with RST",
        "evenkeel 2: let no INVALID segment of a container out untranslated"};
    for (size_t i = 0; i < 3; i++)
        if (ruleset->rules != 3 || ruleset->dormant || strcmp(ruleset->comment[i], comments[i])) return false;
    return true;
}

static int generation_id(const struct nlmsghdr *message, void *data) {
    const struct nlattr *attribute;
    mnl_attr_for_each(attribute, message, sizeof(struct nfgenmsg))
        if (mnl_attr_get_type(attribute) == NFTA_GEN_ID) *(uint32_t *)data = ntohl(mnl_attr_get_u32(attribute));
    return MNL_CB_STOP;
}

// Returns how many additions there are then.
static size_t settle(
    struct addition *additions, size_t before, uint8_t family, const struct ruleset *ruleset, char names[][16],
    size_t count) {
    struct addition *addition = &additions[before];
    addition->family = family;
    addition->everything = !ruleset->present;
    if (ruleset->present && !is_complete(ruleset)) {
        errno = ENOTSUP;
        fail("repair a ruleset");
    }
    for (size_t i = 0; i < count; i++) {
        bool present = false;
        for (size_t j = 0; j < ruleset->elements; j++) present |= !strcmp(ruleset->element[j], names[i]);
        if (!present) add_name(addition->names, &addition->count, names[i]);
    }
    return before + (addition->everything || addition->count);
}

void guard(struct channel *route, struct channel *firewall, struct container *container) {
    char names[MAX][16] = {{0}};
    uint32_t generation = 0;
    size_t count = 0;
    for (size_t i = 0; i < container->entrances; i++) add_name(names, &count, container->entrance[i].name);
    struct ruleset rulesets[2], *const ipv4 = &rulesets[0], *const ipv6 = &rulesets[1];
    look(firewall, rulesets);
    if (!read_number("/proc/sys/net/netfilter/nf_conntrack_tcp_loose")) fail("a lost connection's peer must be told");
    bool both = has_default(container, AF_INET6), translated[2] = {true, true};
    if (!ipv4->present || (both && !ipv6->present)) {
        translated[0] = translated[1] = false;
        dump(firewall, table_request(NFT_MSG_GETCHAIN, AF_UNSPEC, 0, NULL), each_chain, translated, NULL);
        // What is made goes with the ruleset as it was looked at, whose number is read before.
        if (ask(firewall, table_request(NFT_MSG_GETGEN, AF_UNSPEC, 0, NULL), generation_id, &generation))
            fail("read the generation");
        look(firewall, rulesets);
    }
    for (size_t i = 0; i < ipv4->elements; i++) {
        bool own = false;
        for (size_t j = 0; j < count; j++) own |= !strcmp(ipv4->element[i], names[j]);
        if (!own && !has_interface(route, ipv4->element[i]))
            fprintf(stderr, "%s is gone\n", ipv4->element[i]);
    }
    struct addition additions[2] = {{0}};
    size_t all = 0;
    if (translated[0]) all = settle(additions, all, AF_INET, ipv4, names, count);
    if (both && translated[1]) all = settle(additions, all, AF_INET6, ipv6, names, count);
    commit(firewall, generation, additions, all);
}
