#include "linux_c.h"

#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>
#include <netinet/in.h>
#include <stddef.h>

// IPv4 and IPv6 have their own structures and option numbers, with the same layout.
_Static_assert(sizeof(struct ipt_getinfo) == sizeof(struct ip6t_getinfo), "one structure for both");
_Static_assert(offsetof(struct ipt_get_entries, entrytable) == offsetof(struct ip6t_get_entries, entrytable), "same");
_Static_assert(IPT_SO_GET_INFO == IP6T_SO_GET_INFO && IPT_SO_GET_ENTRIES == IP6T_SO_GET_ENTRIES, "same");

static int open_raw(int is_ipv6) { return socket(is_ipv6 ? AF_INET6 : AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW); }

static int ask(int is_ipv6, int option, void *reply, socklen_t length) {
    int fd = open_raw(is_ipv6);
    if (fd < 0) return -1;
    socklen_t given = length;
    int status = getsockopt(fd, is_ipv6 ? IPPROTO_IPV6 : IPPROTO_IP, option, reply, &given);
    int error = errno;
    close(fd);
    errno = status == 0 && given != length ? EBADMSG : error;
    return status == 0 && given == length ? 0 : -1;
}

int linux_xtable_info(int is_ipv6, const char *table, struct linux_xtable_info *result) {
    struct ipt_getinfo info = {0};
    if (strlen(table) >= sizeof info.name) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(info.name, table);
    if (ask(is_ipv6, IPT_SO_GET_INFO, &info, sizeof info) < 0) return -1;
    for (int hook = 0; hook < 5; hook++)
        result->entries[hook] = info.valid_hooks >> hook & 1 ? info.hook_entry[hook] : LINUX_XTABLE_NO_HOOK;
    result->size = info.size;
    return 0;
}

int linux_xtable_entries(int is_ipv6, const char *table, void *entries, unsigned size) {
    size_t header = offsetof(struct ipt_get_entries, entrytable);
    struct ipt_get_entries *reply = calloc(1, header + size);
    if (!reply) return -1;
    strncpy(reply->name, table, sizeof reply->name - 1);
    reply->size = size;
    int status = ask(is_ipv6, IPT_SO_GET_ENTRIES, reply, (socklen_t)(header + size));
    int error = errno;
    if (status == 0) memcpy(entries, (char *)reply + header, size);
    free(reply);
    errno = error;
    return status;
}
