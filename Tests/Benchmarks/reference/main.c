#include "reference.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static json_t *read_configuration(void) {
    static char text[1 << 16];
    size_t size = 0;
    ssize_t piece;
    while ((piece = read(STDIN_FILENO, text + size, sizeof text - size)) > 0) size += (size_t)piece;
    // By itself jansson would open /dev/urandom for it.
    json_object_seed(*(size_t *)getauxval(AT_RANDOM));
    json_t *configuration = json_loadb(text, size, 0, NULL);
    if (!configuration) fail("the configuration is not JSON");
    return configuration;
}

static json_t *read_policy(void) {
    static char text[1 << 16];
    size_t size = read_file("/etc/evenkeel/policy.json", text, sizeof text);
    return size ? json_loadb(text, size, 0, NULL) : NULL;
}

static void warn_of_full_table(void) {
    int max = read_number("/proc/sys/net/netfilter/nf_conntrack_max");
    int entries = max > 0 ? read_number("/proc/sys/net/netfilter/nf_conntrack_count") : 0;
    if (max > 0 && entries >= 0.9 * max) fprintf(stderr, "%d of %d tracked connections\n", entries, max);
}

static bool is_same(const struct stat *one, const struct stat *other) {
    return one->st_dev == other->st_dev && one->st_ino == other->st_ino;
}

static bool is_displaced(const struct container *container, const struct link *link, json_t *route) {
    const char *destination = json_string_value(json_object_get(route, "dst"));
    const char *gateway = json_string_value(json_object_get(route, "gw"));
    if (!destination || !gateway || !link || json_object_get(route, "table")) return false;
    int family = !strcmp(destination, "0.0.0.0/0") ? AF_INET : !strcmp(destination, "::/0") ? AF_INET6 : 0;
    uint8_t bytes[16] = {0};
    if (!family || inet_pton(family, gateway, bytes) != 1) return false;
    for (size_t i = 0; i < container->displaced; i++) {
        const struct route *lost = &container->lost[i];
        bool is_same = lost->family == family && lost->index == link->index;
        if (is_same && !memcmp(lost->gateway, bytes, sizeof bytes)) return true;
    }
    return false;
}

static void print_result(struct container *container, json_t *result) {
    json_t *routes = json_object_get(result, "routes");
    const struct link *link = NULL;
    for (size_t i = 0; i < container->links; i++)
        if (!strcmp(container->link[i].name, getenv("CNI_IFNAME"))) link = &container->link[i];
    for (size_t i = json_array_size(routes); i-- > 0;)
        if (is_displaced(container, link, json_array_get(routes, i))) json_array_remove(routes, i);
    char *text = json_dumps(result, JSON_COMPACT);
    size_t length = strlen(text);
    text[length] = '\n';
    if (write(STDOUT_FILENO, text, length + 1) < 0) fail("print the result");
}

int main(void) {
    static struct container container;
    struct stat status, home_status, init_status;
    json_t *configuration = read_configuration();
    if (read_policy()) fail("this program knows the built-in policy alone");
    struct channel route = open_channel(NETLINK_ROUTE), firewall = open_channel(NETLINK_NETFILTER);
    int home = namespace_of(&route);
    if (fstat(home, &home_status) < 0 || stat("/proc/1/ns/net", &init_status) < 0) fail("look at the namespaces");
    warn_of_full_table();
    container.file = open_namespace(getenv("CNI_NETNS"));
    if (fstat(container.file, &status) < 0) fail("look at the container's namespace");
    if (is_same(&status, &home_status) || is_same(&status, &init_status)) fail("the host's own namespace");
    if (flock(container.file, LOCK_EX | LOCK_NB) < 0) fail("lock the namespace");
    enter(container.file);
    struct channel inside = open_channel(NETLINK_ROUTE);
    enter(home);
    observe(&inside, &container, home);
    find_entrances(&route, &container);
    settle_filters(&container, home);
    settle_routes(&inside, &route, &container);
    guard(&route, &firewall, &container);
    print_result(&container, json_object_get(configuration, "prevResult"));
    return 0;
}
