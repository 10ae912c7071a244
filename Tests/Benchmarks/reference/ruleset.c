#include "reference.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libnftnl/batch.h>
#include <libnftnl/chain.h>
#include <libnftnl/common.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <libnftnl/table.h>
#include <libnftnl/udata.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

static const char table_name[] = "evenkeel", set_name[] = "containers", segments_name[] = "misjudged";
static uint8_t family;
static char batch[16384];
static size_t used;
static uint32_t sequence;
static struct nlmsghdr *last;

static struct nlmsghdr *put(uint16_t type, uint16_t flags) {
    return last = nftnl_nlmsg_build_hdr(batch + used, type, family, flags, sequence++);
}

static void put_end(void) { used += MNL_ALIGN(last->nlmsg_len); }

static void add_table(void) {
    struct nftnl_table *table = nftnl_table_alloc();
    nftnl_table_set_str(table, NFTNL_TABLE_NAME, table_name);
    nftnl_table_set_u32(table, NFTNL_TABLE_FLAGS, 0);
    nftnl_table_nlmsg_build_payload(put(NFT_MSG_NEWTABLE, NLM_F_CREATE), table);
    put_end();
    nftnl_table_free(table);
}

static void add_set(void) {
    struct nftnl_set *set = nftnl_set_alloc();
    struct nftnl_udata_buf *data = nftnl_udata_buf_alloc(64);
    nftnl_set_set_str(set, NFTNL_SET_TABLE, table_name);
    nftnl_set_set_str(set, NFTNL_SET_NAME, set_name);
    nftnl_set_set_u32(set, NFTNL_SET_ID, family);
    // 41 is nft's number for the type ifname.
    nftnl_set_set_u32(set, NFTNL_SET_KEY_TYPE, 41);
    nftnl_set_set_u32(set, NFTNL_SET_KEY_LEN, 16);
    nftnl_udata_put_u32(data, NFTNL_UDATA_SET_KEYBYTEORDER, 1);
    nftnl_set_set_data(set, NFTNL_SET_USERDATA, nftnl_udata_buf_data(data), nftnl_udata_buf_len(data));
    nftnl_set_nlmsg_build_payload(put(NFT_MSG_NEWSET, NLM_F_CREATE), set);
    put_end();
    nftnl_udata_buf_free(data);
    nftnl_set_free(set);
}

// Rules fill it with segments by addresses and ports, of which each stays for a second.
static void add_segments(void) {
    struct nftnl_set *set = nftnl_set_alloc();
    // nft's numbers for ipv4_addr, ipv6_addr and inet_service, six bits each.
    uint32_t end = (family == AF_INET ? 7 : 8) << 6 | 13;
    nftnl_set_set_str(set, NFTNL_SET_TABLE, table_name);
    nftnl_set_set_str(set, NFTNL_SET_NAME, segments_name);
    nftnl_set_set_u32(set, NFTNL_SET_ID, family + 1);
    nftnl_set_set_u32(set, NFTNL_SET_FLAGS, NFT_SET_EVAL | NFT_SET_TIMEOUT);
    nftnl_set_set_u32(set, NFTNL_SET_KEY_TYPE, end << 12 | end);
    nftnl_set_set_u32(set, NFTNL_SET_KEY_LEN, family == AF_INET ? 16 : 40);
    nftnl_set_set_u32(set, NFTNL_SET_DESC_SIZE, 16384);
    nftnl_set_set_u64(set, NFTNL_SET_TIMEOUT, 1000);
    nftnl_set_nlmsg_build_payload(put(NFT_MSG_NEWSET, NLM_F_CREATE), set);
    put_end();
    nftnl_set_free(set);
}

static void add_elements(const char names[][16], size_t count) {
    struct nftnl_set *set = nftnl_set_alloc();
    nftnl_set_set_str(set, NFTNL_SET_TABLE, table_name);
    nftnl_set_set_str(set, NFTNL_SET_NAME, set_name);
    nftnl_set_set_u32(set, NFTNL_SET_ID, family);
    for (size_t i = 0; i < count; i++) {
        struct nftnl_set_elem *element = nftnl_set_elem_alloc();
        nftnl_set_elem_set(element, NFTNL_SET_ELEM_KEY, names[i], 16);
        nftnl_set_elem_add(set, element);
    }
    nftnl_set_elems_nlmsg_build_payload(put(NFT_MSG_NEWSETELEM, NLM_F_CREATE), set);
    put_end();
    nftnl_set_free(set);
}

static void add_chain(const char *name, uint32_t hook) {
    struct nftnl_chain *chain = nftnl_chain_alloc();
    nftnl_chain_set_str(chain, NFTNL_CHAIN_TABLE, table_name);
    nftnl_chain_set_str(chain, NFTNL_CHAIN_NAME, name);
    nftnl_chain_set_str(chain, NFTNL_CHAIN_TYPE, "filter");
    nftnl_chain_set_u32(chain, NFTNL_CHAIN_HOOKNUM, hook);
    nftnl_chain_set_s32(chain, NFTNL_CHAIN_PRIO, 0);
    nftnl_chain_set_u32(chain, NFTNL_CHAIN_POLICY, NF_ACCEPT);
    nftnl_chain_nlmsg_build_payload(put(NFT_MSG_NEWCHAIN, NLM_F_CREATE | NLM_F_EXCL), chain);
    put_end();
    nftnl_chain_free(chain);
}

static struct nftnl_expr *step(struct nftnl_rule *rule, const char *name) {
    struct nftnl_expr *expression = nftnl_expr_alloc(name);
    nftnl_rule_add_expr(rule, expression);
    return expression;
}

static void meta(struct nftnl_rule *rule, uint32_t key) {
    struct nftnl_expr *expression = step(rule, "meta");
    nftnl_expr_set_u32(expression, NFTNL_EXPR_META_KEY, key);
    nftnl_expr_set_u32(expression, NFTNL_EXPR_META_DREG, NFT_REG_1);
}

static void compare(struct nftnl_rule *rule, uint32_t operation, const void *value, uint32_t length) {
    struct nftnl_expr *expression = step(rule, "cmp");
    nftnl_expr_set_u32(expression, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
    nftnl_expr_set_u32(expression, NFTNL_EXPR_CMP_OP, operation);
    nftnl_expr_set(expression, NFTNL_EXPR_CMP_DATA, value, length);
}

static void mask(struct nftnl_rule *rule, const void *bits, uint32_t length) {
    static const uint32_t zero = 0;
    struct nftnl_expr *expression = step(rule, "bitwise");
    nftnl_expr_set_u32(expression, NFTNL_EXPR_BITWISE_SREG, NFT_REG_1);
    nftnl_expr_set_u32(expression, NFTNL_EXPR_BITWISE_DREG, NFT_REG_1);
    nftnl_expr_set_u32(expression, NFTNL_EXPR_BITWISE_LEN, length);
    nftnl_expr_set(expression, NFTNL_EXPR_BITWISE_MASK, bits, length);
    nftnl_expr_set(expression, NFTNL_EXPR_BITWISE_XOR, &zero, length);
}

static void load(struct nftnl_rule *rule, uint32_t base, uint32_t offset, uint32_t length, uint32_t slot) {
    struct nftnl_expr *expression = step(rule, "payload");
    nftnl_expr_set_u32(expression, NFTNL_EXPR_PAYLOAD_BASE, base);
    nftnl_expr_set_u32(expression, NFTNL_EXPR_PAYLOAD_OFFSET, offset);
    nftnl_expr_set_u32(expression, NFTNL_EXPR_PAYLOAD_LEN, length);
    nftnl_expr_set_u32(expression, NFTNL_EXPR_PAYLOAD_DREG, slot % 4 ? NFT_REG32_00 + slot : NFT_REG_1 + slot / 4);
}

static void is_tcp(struct nftnl_rule *rule) {
    static const uint8_t tcp = IPPROTO_TCP;
    meta(rule, NFT_META_L4PROTO);
    compare(rule, NFT_CMP_EQ, &tcp, 1);
}

static void has_flags(struct nftnl_rule *rule, uint8_t bits, uint8_t flags) {
    load(rule, NFT_PAYLOAD_TRANSPORT_HEADER, 13, 1, 0);
    mask(rule, &bits, 1);
    compare(rule, NFT_CMP_EQ, &flags, 1);
}

static void is_invalid(struct nftnl_rule *rule) {
    static const uint32_t invalid = 1, zero = 0;
    struct nftnl_expr *expression = step(rule, "ct");
    nftnl_expr_set_u32(expression, NFTNL_EXPR_CT_KEY, NFT_CT_STATE);
    nftnl_expr_set_u32(expression, NFTNL_EXPR_CT_DREG, NFT_REG_1);
    mask(rule, &invalid, 4);
    compare(rule, NFT_CMP_NEQ, &zero, 4);
}

static void has_route(struct nftnl_rule *rule, uint32_t result, uint32_t flags, uint32_t answer) {
    struct nftnl_expr *expression = step(rule, "fib");
    nftnl_expr_set_u32(expression, NFTNL_EXPR_FIB_DREG, NFT_REG_1);
    nftnl_expr_set_u32(expression, NFTNL_EXPR_FIB_RESULT, result);
    nftnl_expr_set_u32(expression, NFTNL_EXPR_FIB_FLAGS, flags);
    compare(rule, NFT_CMP_EQ, &answer, 4);
}

// Addresses and ports, those of the source first, or of the destination.
static void load_segment(struct nftnl_rule *rule, bool reversed) {
    uint32_t length = family == AF_INET ? 4 : 16, source = family == AF_INET ? 12 : 8, slot = 0;
    for (int i = 0; i < 2; i++) {
        bool destination = i != reversed;
        load(rule, NFT_PAYLOAD_NETWORK_HEADER, source + (destination ? length : 0), length, slot);
        slot += length / 4;
        load(rule, NFT_PAYLOAD_TRANSPORT_HEADER, destination ? 2 : 0, 2, slot++);
    }
}

static void look_up(struct nftnl_rule *rule, const char *set, uint32_t id, uint32_t flags) {
    struct nftnl_expr *lookup = step(rule, "lookup");
    nftnl_expr_set_u32(lookup, NFTNL_EXPR_LOOKUP_SREG, NFT_REG_1);
    nftnl_expr_set_str(lookup, NFTNL_EXPR_LOOKUP_SET, set);
    nftnl_expr_set_u32(lookup, NFTNL_EXPR_LOOKUP_SET_ID, id);
    if (flags) nftnl_expr_set_u32(lookup, NFTNL_EXPR_LOOKUP_FLAGS, flags);
}

static void note(struct nftnl_rule *rule) {
    load_segment(rule, false);
    struct nftnl_expr *update = step(rule, "dynset");
    nftnl_expr_set_u32(update, NFTNL_EXPR_DYNSET_SREG_KEY, NFT_REG_1);
    nftnl_expr_set_u32(update, NFTNL_EXPR_DYNSET_OP, NFT_DYNSET_OP_UPDATE);
    nftnl_expr_set_str(update, NFTNL_EXPR_DYNSET_SET_NAME, segments_name);
    nftnl_expr_set_u32(update, NFTNL_EXPR_DYNSET_SET_ID, family + 1);
}

static void drop(struct nftnl_rule *rule) {
    step(rule, "counter");
    struct nftnl_expr *end = step(rule, "immediate");
    nftnl_expr_set_u32(end, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
    nftnl_expr_set_u32(end, NFTNL_EXPR_IMM_VERDICT, NF_DROP);
}

static struct nftnl_rule *new_rule(const char *chain) {
    struct nftnl_rule *rule = nftnl_rule_alloc();
    nftnl_rule_set_str(rule, NFTNL_RULE_TABLE, table_name);
    nftnl_rule_set_str(rule, NFTNL_RULE_CHAIN, chain);
    return rule;
}

static void add_rule(struct nftnl_rule *rule, const char *comment) {
    struct nftnl_udata_buf *data = nftnl_udata_buf_alloc(256);
    nftnl_udata_put_strz(data, NFTNL_UDATA_RULE_COMMENT, comment);
    nftnl_rule_set_data(rule, NFTNL_RULE_USERDATA, nftnl_udata_buf_data(data), nftnl_udata_buf_len(data));
    nftnl_udata_buf_free(data);
    nftnl_rule_nlmsg_build_payload(put(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND), rule);
    put_end();
    nftnl_rule_free(rule);
}

static void is_not_loopback(struct nftnl_rule *rule, uint32_t key) {
    static const char lo[16] = "lo";
    meta(rule, key);
    compare(rule, NFT_CMP_NEQ, lo, sizeof lo);
}

enum { SYN = 2, RST = 4, ACK = 16 };

static void add_input(void) {
    struct nftnl_rule *rule = new_rule("input");
    is_not_loopback(rule, NFT_META_IIFNAME);
    is_tcp(rule);
    has_flags(rule, RST, 0);
    is_invalid(rule);
    note(rule);
    add_rule(rule, "evenkeel 2: note INVALID segments for a second");
}

static void add_output(void) {
    struct nftnl_rule *rule = new_rule("output");
    is_not_loopback(rule, NFT_META_OIFNAME);
    is_tcp(rule);
    has_flags(rule, RST | ACK, RST);
    is_invalid(rule);
    has_route(rule, NFT_FIB_RESULT_ADDRTYPE, NFTA_FIB_F_SADDR, RTN_LOCAL);
    load_segment(rule, true);
    look_up(rule, segments_name, family + 1, 0);
    drop(rule);
    add_rule(rule, "evenkeel 2: do not answer INVALID segments with RST");
}

static void add_forward(void) {
    struct nftnl_rule *rule = new_rule("forward");
    meta(rule, NFT_META_IIFNAME);
    look_up(rule, set_name, family, 0);
    meta(rule, NFT_META_OIFNAME);
    look_up(rule, set_name, family, NFT_LOOKUP_F_INV);
    is_tcp(rule);
    has_flags(rule, SYN | RST, 0);
    is_invalid(rule);
    has_route(rule, NFT_FIB_RESULT_OIF, NFTA_FIB_F_SADDR | NFTA_FIB_F_IIF | NFTA_FIB_F_PRESENT, 1);
    drop(rule);
    add_rule(rule, "evenkeel 2: let no INVALID segment of a container out untranslated");
}

static void add_everything(void) {
    add_table();
    add_segments();
    add_chain("input", NF_INET_LOCAL_IN);
    add_input();
    add_chain("output", NF_INET_LOCAL_OUT);
    add_output();
    add_set();
    add_chain("forward", NF_INET_FORWARD);
    add_forward();
}

// One transaction, whose last message alone is acknowledged; with a generation, only for that ruleset.
void commit(struct channel *firewall, uint32_t generation, const struct addition *additions, size_t count) {
    char reply[4096];
    if (!count) return;
    sequence = firewall->sequence + 1;
    memset(batch, 0, sizeof batch);
    last = nftnl_batch_begin(batch, sequence++);
    if (generation) mnl_attr_put_u32(last, NFNL_BATCH_GENID, htonl(generation));
    used = MNL_ALIGN(last->nlmsg_len);
    for (size_t i = 0; i < count; i++) {
        family = additions[i].family;
        if (additions[i].everything) add_everything();
        if (additions[i].count) add_elements(additions[i].names, additions[i].count);
    }
    last->nlmsg_flags |= NLM_F_ACK;
    firewall->sequence = sequence - 1;
    used += MNL_ALIGN(nftnl_batch_end(batch + used, sequence)->nlmsg_len);
    if (mnl_socket_sendto(firewall->socket, batch, used) < 0) fail("send a batch");
    ssize_t size = mnl_socket_recvfrom(firewall->socket, reply, sizeof reply);
    if (size < 0 || mnl_cb_run(reply, (size_t)size, 0, 0, NULL, NULL) < 0) fail("commit a batch");
}
