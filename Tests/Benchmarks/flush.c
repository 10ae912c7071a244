// flush FILE COUNT: empties the host's ruleset but for a chain of type nat, as often as that, and writes the nanoseconds until
// the product's table was there again to FILE, a line each.
//
// Time ends when a socket receives the table's event.
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

// Longer than anything takes, in milliseconds.
#define PATIENCE 10000

static char buffer[65536];

static _Noreturn void fail(const char *what) {
    perror(what);
    exit(1);
}

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static struct nlmsghdr *begin(void *place, int type, uint16_t flags, uint8_t family, uint16_t resource) {
    struct nlmsghdr *message = mnl_nlmsg_put_header(place);
    message->nlmsg_type = (uint16_t)type;
    message->nlmsg_flags = NLM_F_REQUEST | flags;
    struct nfgenmsg *header = mnl_nlmsg_put_extra_header(message, sizeof *header);
    header->nfgen_family = family;
    header->version = NFNETLINK_V0;
    header->res_id = htons(resource);
    return message;
}

static struct nlmsghdr *change(void *place, int type, uint16_t flags, uint8_t family) {
    return begin(place, NFNL_SUBSYS_NFTABLES << 8 | type, flags, family, 0);
}

// One transaction: without the chain the product would have nothing to do on this host.
static size_t transaction(char *place) {
    char *end = place;
    struct nlmsghdr *message = begin(end, NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
    end = mnl_nlmsg_get_payload_tail(message);
    // Every table of every family.
    message = change(end, NFT_MSG_DELTABLE, 0, AF_UNSPEC);
    end = mnl_nlmsg_get_payload_tail(message);
    message = change(end, NFT_MSG_NEWTABLE, NLM_F_CREATE, NFPROTO_IPV4);
    mnl_attr_put_strz(message, NFTA_TABLE_NAME, "nat");
    end = mnl_nlmsg_get_payload_tail(message);
    message = change(end, NFT_MSG_NEWCHAIN, NLM_F_CREATE | NLM_F_ACK, NFPROTO_IPV4);
    mnl_attr_put_strz(message, NFTA_CHAIN_TABLE, "nat");
    mnl_attr_put_strz(message, NFTA_CHAIN_NAME, "postrouting");
    mnl_attr_put_strz(message, NFTA_CHAIN_TYPE, "nat");
    struct nlattr *hook = mnl_attr_nest_start(message, NFTA_CHAIN_HOOK);
    mnl_attr_put_u32(message, NFTA_HOOK_HOOKNUM, htonl(NF_INET_POST_ROUTING));
    mnl_attr_put_u32(message, NFTA_HOOK_PRIORITY, htonl(100));
    mnl_attr_nest_end(message, hook);
    end = mnl_nlmsg_get_payload_tail(message);
    message = begin(end, NFNL_MSG_BATCH_END, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
    end = mnl_nlmsg_get_payload_tail(message);
    return (size_t)(end - place);
}

static bool is_restored(const struct nlmsghdr *message) {
    const struct nfgenmsg *header = mnl_nlmsg_get_payload(message);
    const struct nlattr *attribute;
    if (message->nlmsg_type != (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWTABLE) || header->nfgen_family != NFPROTO_IPV4)
        return false;
    mnl_attr_for_each(attribute, message, sizeof *header)
        if (mnl_attr_get_type(attribute) == NFTA_TABLE_NAME) return !strcmp(mnl_attr_get_str(attribute), "evenkeel");
    return false;
}

// Reads what events there are: whether the table's is among them.
static bool receive(int events) {
    ssize_t size;
    bool restored = false;
    while ((size = recv(events, buffer, sizeof buffer, MSG_DONTWAIT)) > 0) {
        int rest = (int)size;
        for (const struct nlmsghdr *message = (void *)buffer; mnl_nlmsg_ok(message, rest);
             message = NLMSG_NEXT(message, rest))
            restored |= is_restored(message);
    }
    return restored;
}

static long long flush(int host, int events) {
    char place[1024] = {0}, answer[1024];
    size_t size = transaction(place);
    struct pollfd waiting = {.fd = events, .events = POLLIN};
    bool restored = false;
    long long start = now();
    if (send(host, place, size, 0) < 0) fail("flush the ruleset");
    while (!restored) {
        if (poll(&waiting, 1, PATIENCE) <= 0) {
            fprintf(stderr, "the table is not there again\n");
            exit(1);
        }
        restored = receive(events);
    }
    long long time = now() - start;
    const struct nlmsgerr *error = mnl_nlmsg_get_payload((struct nlmsghdr *)answer);
    if (recv(host, answer, sizeof answer, MSG_DONTWAIT) > 0 && (errno = -error->error)) fail("flush the ruleset");
    return time;
}

static int open_socket(void) {
    const struct sockaddr_nl address = {.nl_family = AF_NETLINK};
    int file = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
    if (file < 0 || bind(file, (const void *)&address, sizeof address) < 0) fail("open netlink");
    return file;
}

int main(int count, char **arguments) {
    const int group = NFNLGRP_NFTABLES;
    if (count != 3) return 127;
    FILE *file = fopen(arguments[1], "w");
    int host = open_socket(), events = open_socket();
    if (!file) fail(arguments[1]);
    if (setsockopt(events, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) < 0) fail("listen");
    for (int left = atoi(arguments[2]); left > 0; left--) {
        fprintf(file, "%lld\n", flush(host, events));
        usleep(20000);
        receive(events);
    }
    return fclose(file) ? 1 : 0;
}
