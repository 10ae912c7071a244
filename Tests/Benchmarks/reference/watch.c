// Watches the network namespaces that lie in /run/netns at its start, and keeps one default route in each. What
// evenkeel-watch does beside that (namespaces that come later, the host's tables, limits, metrics) it does not.
#define _GNU_SOURCE
#include "reference.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/neighbour.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define FOLDER "/run/netns"
#define LOCKS "/run/evenkeel/locks"

// A container's namespace. An id of which no path is known is not watched.
struct watched {
    char *path;
    // Whether it is to be looked at, and whether another run was at work there when it was.
    bool waits, was_locked;
};

// All of them, by the number that the host has for each, and a ring of those that are to be looked at, each of them once.
static struct {
    struct watched *at;
    int32_t room, *next;
    size_t first, waiting, locked;
} namespaces;

// Before any waits.
static void make_room(int32_t id) {
    int32_t room = id + 64;
    if (id < namespaces.room) return;
    namespaces.at = realloc(namespaces.at, (size_t)room * sizeof *namespaces.at);
    namespaces.next = realloc(namespaces.next, (size_t)room * sizeof *namespaces.next);
    if (!namespaces.at || !namespaces.next) fail("remember a namespace");
    memset(namespaces.at + namespaces.room, 0, (size_t)(room - namespaces.room) * sizeof *namespaces.at);
    namespaces.room = room;
}

static void look_soon(int32_t id) {
    if (id < 0 || id >= namespaces.room || !namespaces.at[id].path || namespaces.at[id].waits) return;
    namespaces.at[id].waits = true;
    namespaces.next[(namespaces.first + namespaces.waiting++) % (size_t)namespaces.room] = id;
}

static void look_at_all_soon(void) {
    for (int32_t id = 0; id < namespaces.room; id++) look_soon(id);
}

static void look_again_soon(void) {
    for (int32_t id = 0; id < namespaces.room && namespaces.locked; id++) {
        if (!namespaces.at[id].was_locked) continue;
        namespaces.at[id].was_locked = false;
        namespaces.locked--;
        look_soon(id);
    }
}

static void forget(int32_t id) {
    if (id < 0 || id >= namespaces.room) return;
    free(namespaces.at[id].path);
    namespaces.at[id].path = NULL;
}

// The number that the host has for a namespace. Where it has none it is given one: without it no event of it would come.
static int32_t id_of(struct channel *host, int file) {
    int32_t id = -1;
    find_links(host, 0, NULL, NULL, file, &id);
    if (id >= 0) return id;
    struct nlmsghdr *message = begin(RTM_NEWNSID, NLM_F_ACK);
    mnl_nlmsg_put_extra_header(message, sizeof(struct rtgenmsg));
    mnl_attr_put_u32(message, NETNSA_FD, (uint32_t)file);
    mnl_attr_put_u32(message, NETNSA_NSID, (uint32_t)-1);
    int error = ask(host, message, NULL, NULL);
    if (error && error != EEXIST) fail("give a namespace a number");
    find_links(host, 0, NULL, NULL, file, &id);
    return id;
}

static void find_namespaces(struct channel *host) {
    DIR *folder = opendir(FOLDER);
    if (!folder) fail(FOLDER);
    for (const struct dirent *entry; (entry = readdir(folder));) {
        if (strncmp(entry->d_name, "netns-", 6) && strncmp(entry->d_name, "cni-", 4)) continue;
        char path[PATH_MAX];
        snprintf(path, sizeof path, FOLDER "/%s", entry->d_name);
        int file = open_namespace(path);
        int32_t id = id_of(host, file);
        close(file);
        make_room(id);
        namespaces.at[id].path = strdup(path);
    }
    closedir(folder);
}

// Of route events only those of default routes, of neighbours' only those that fail; of the others all.
static void filter_events(int events) {
    enum {
        TYPE = offsetof(struct nlmsghdr, nlmsg_type),
        LENGTH = NLMSG_HDRLEN + offsetof(struct rtmsg, rtm_dst_len),
        STATE = NLMSG_HDRLEN + offsetof(struct ndmsg, ndm_state),
    };
    // A filter reads numbers in the network's byte order, and netlink has them in the machine's.
    struct sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, TYPE),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_NEWROUTE), 4, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELROUTE), 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_NEWNEIGH), 4, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELNEIGH), 6, 0),
        BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, LENGTH),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 2, 3),
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, STATE),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(NUD_FAILED), 0, 1),
        BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    const struct sock_fprog program = {sizeof steps / sizeof *steps, steps};
    if (setsockopt(events, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) < 0) fail("filter events");
}

// A socket of the host's for the events of every namespace that it has a number for.
static int open_events(void) {
    static const int groups[] = {RTNLGRP_LINK, RTNLGRP_NEIGH, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR,
        RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE, RTNLGRP_IPV4_NETCONF,
        RTNLGRP_NSID, RTNLGRP_NEXTHOP};
    const int size = 4 << 20, on = 1;
    int events = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    if (events < 0 || setsockopt(events, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0) fail("listen");
    filter_events(events);
    if (setsockopt(events, SOL_NETLINK, NETLINK_LISTEN_ALL_NSID, &on, sizeof on) < 0) fail("listen to namespaces");
    // A socket without an address is sent nothing.
    const struct sockaddr_nl address = {.nl_family = AF_NETLINK};
    if (bind(events, (const void *)&address, sizeof address) < 0) fail("listen");
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if (setsockopt(events, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &groups[i], sizeof *groups) < 0) fail("listen");
    return events;
}

static int32_t sender(struct msghdr *header) {
    for (struct cmsghdr *part = CMSG_FIRSTHDR(header); part; part = CMSG_NXTHDR(header, part))
        if (part->cmsg_level == SOL_NETLINK && part->cmsg_type == NETLINK_LISTEN_ALL_NSID)
            return *(int32_t *)CMSG_DATA(part);
    return -1;
}

static void read_event(const struct nlmsghdr *message, int32_t id) {
    const struct nlattr *attribute;
    if (message->nlmsg_type != RTM_DELNSID) return look_soon(id);
    mnl_attr_for_each(attribute, message, sizeof(struct rtgenmsg))
        if (mnl_attr_get_type(attribute) == NETNSA_NSID) forget((int32_t)mnl_attr_get_u32(attribute));
}

// Reads all events that are there. After some were lost, all namespaces are to be looked at.
static void read_events(int events) {
    static char bytes[32768];
    for (;;) {
        char control[CMSG_SPACE(sizeof(int32_t))];
        struct iovec room = {bytes, sizeof bytes};
        struct msghdr header = {.msg_iov = &room, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
        ssize_t size = recvmsg(events, &header, 0);
        if (size < 0 && errno == EAGAIN) return;
        if (size < 0 && errno != ENOBUFS) fail("read events");
        if (size < 0 || header.msg_flags & MSG_TRUNC) look_at_all_soon();
        int rest = (int)size;
        for (const struct nlmsghdr *message = (void *)bytes; mnl_nlmsg_ok(message, rest);
             message = NLMSG_NEXT(message, rest))
            read_event(message, sender(&header));
    }
}

// The lock that every run over a namespace holds, or -1 if another has it.
static int lock(int namespace) {
    struct stat status;
    int file = open(LOCKS "/namespaces", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0 || fstat(namespace, &status) < 0) fail("lock a namespace");
    struct flock part = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = (off_t)status.st_ino, .l_len = 1};
    if (fcntl(file, F_OFD_SETLK, &part) == 0) {
        // For runs of users who cannot take the lock of root's. Anybody can hold this one, so it is not insisted on.
        flock(namespace, LOCK_EX | LOCK_NB);
        return file;
    }
    close(file);
    return -1;
}

// False if another run is at work there.
static bool look(struct channel *host, int home, const char *path) {
    static struct container container;
    memset(&container, 0, sizeof container);
    container.file = open_namespace(path);
    int held = lock(container.file);
    if (held >= 0) {
        enter(container.file);
        struct channel inside = open_channel(NETLINK_ROUTE);
        enter(home);
        observe(&inside, &container, home);
        if (networks_compete(&container)) find_entrances(host, &container);
        settle_filters(&container, home);
        settle_routes(&inside, host, &container);
        mnl_socket_close(inside.socket);
        close(held);
    }
    close(container.file);
    return held >= 0;
}

// Looks at all that are to be looked at, and after each reads what events have come meanwhile: their queue never has to hold
// more than those of one look.
static void look_at_all(struct channel *host, int home, int events) {
    while (namespaces.waiting) {
        struct watched *namespace = &namespaces.at[namespaces.next[namespaces.first]];
        namespaces.first = (namespaces.first + 1) % (size_t)namespaces.room;
        namespaces.waiting--;
        namespace->waits = false;
        if (namespace->path && !look(host, home, namespace->path) && !namespace->was_locked) {
            namespace->was_locked = true;
            namespaces.locked++;
        }
        read_events(events);
    }
}

// As sd_notify(3) does.
static void tell_ready(void) {
    const char *path = getenv("NOTIFY_SOCKET"), text[] = "READY=1";
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (!path) return;
    int file = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    if (file < 0 || sendto(file, text, sizeof text - 1, 0, (void *)&address, sizeof address) < 0) fail(path);
    close(file);
}

int main(void) {
    struct channel host = open_channel(NETLINK_ROUTE);
    int home = namespace_of(&host), events = open_events();
    if ((mkdir("/run/evenkeel", 0755) < 0 && errno != EEXIST) || (mkdir(LOCKS, 0700) < 0 && errno != EEXIST)) fail(LOCKS);
    find_namespaces(&host);
    look_at_all_soon();
    look_at_all(&host, home, events);
    tell_ready();
    for (;;) {
        struct pollfd waiting = {.fd = events, .events = POLLIN};
        // Where another run was at work is looked after a millisecond.
        if (poll(&waiting, 1, namespaces.locked ? 1 : -1) < 0 && errno != EINTR) fail("wait for events");
        read_events(events);
        look_again_soon();
        look_at_all(&host, home, events);
    }
}
