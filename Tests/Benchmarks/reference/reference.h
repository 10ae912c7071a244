// The bar: two C programs that do for the benchmark's cases what evenkeel-cni does on ADD (main.c) and what evenkeel-watch
// does for a default route (watch.c), by the same requests to the kernel, with libmnl, libnftnl and jansson, and nothing else.
// They know the built-in policy alone, and single-hop routes.
#pragma once

#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX 64
// From so many on, not every IPv4 route is looked at.
#define MOST_ROUTES 512
#define OWN_PROTOCOL 69
#define OWN_PRIORITY 32765
#define OWN_GROUP 17739
#define OWN_MARK_TABLE 17738997u
#define OWN_TABLE(index) (17739000u + (index))

struct link {
    uint32_t index, master, peer, group;
    int32_t peer_namespace;
    int rp_filter;
    bool loopback, veth, bridge;
    char name[16];
};

struct address {
    uint32_t index;
    uint8_t family, length, bytes[16];
};

// Where a veth enters the host: a bridge, or its other end.
struct entrance {
    uint32_t link, index;
    char name[16];
};

// These two are compared as bytes: no padding.
struct route {
    uint32_t table, metric, index;
    uint8_t family, protocol, scope, type, gateway[16];
    uint32_t has_gateway;
};

struct rule {
    uint32_t priority, table;
    int32_t suppressed, suppressed_group;
    uint16_t family;
    uint8_t protocol, source_length, source[16];
    char input[16], output[16];
};

// What a container's namespace looks like; the counts are how much of each array is filled.
struct container {
    int file;
    // IPv4 routes that are no default routes; with many of them each table is listed by itself.
    size_t others;
    bool one_table;
    size_t links, addresses, routes, rules, entrances;
    struct link link[MAX];
    struct address address[2 * MAX];
    struct route route[4 * MAX];
    struct rule rule[4 * MAX];
    struct entrance entrance[MAX];
    int rp_filter_of_all, rp_filter_of_default;
    // Defaults that are not to be in main any more.
    size_t displaced;
    struct route lost[MAX];
};

struct channel {
    struct mnl_socket *socket;
    uint32_t sequence;
    // Whether the kernel filters dumps, which routing netlink does when it is asked to.
    bool filters;
};

// netlink.c
extern char request[4096];
struct channel open_channel(int bus);
struct nlmsghdr *begin(uint16_t type, uint16_t flags);
int ask(struct channel *channel, struct nlmsghdr *message, mnl_cb_t each, void *data);
void dump(struct channel *channel, struct nlmsghdr *message, mnl_cb_t each, void *data, size_t *count);
// Several requests in one sending: of changes the last is acknowledged, of questions each has an answer of one message.
void queue(struct nlmsghdr *message, int harmless);
void change_all(struct channel *channel);
void ask_all(struct channel *channel, mnl_cb_t each, void *const data[]);
size_t family_size(uint8_t family);
_Noreturn void fail(const char *what);

// files.c
size_t read_file(const char *path, char *text, size_t room);
int read_number(const char *path);
void write_number(const char *path, int number);
int open_namespace(const char *path);
int namespace_of(const struct channel *channel);
bool has_interface(const struct channel *channel, const char *name);
void enter(int namespace);

// observe.c
void observe(struct channel *channel, struct container *container, int home);
// With a file of a namespace, its id is asked for as well.
void find_links(
    struct channel *channel, size_t count, const uint32_t *indexes, struct link *links, int file, int32_t *id);
struct link *link_of(struct container *container, uint32_t index);
bool networks_compete(const struct container *container);
bool has_default(const struct container *container, uint8_t family);

// routes.c
void settle_filters(const struct container *container, int home);
void settle_routes(struct channel *inside, struct channel *host, struct container *container);

// host.c
void find_entrances(struct channel *channel, struct container *container);
void guard(struct channel *route, struct channel *firewall, struct container *container);

// ruleset.c
// What one family's ruleset lacks.
struct addition {
    uint8_t family;
    bool everything;
    size_t count;
    char names[MAX][16];
};
void commit(struct channel *firewall, uint32_t generation, const struct addition *additions, size_t count);
