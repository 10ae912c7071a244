// upset FILE turns COUNT FIRST | upset FILE crowd COUNT | upset FILE restart COUNT PROGRAM | upset FILE back COUNT: adds a second
// default route of the same metric in the namespaces of /run/netns, and writes the nanoseconds until it had left table main again
// to FILE, a line each. `turns` does so COUNT times in one namespace after the other, beginning with the FIRST, and puts each
// back; `crowd` in COUNT namespaces at once, and tells when all were safe; `restart` in COUNT namespaces, before it starts
// PROGRAM, and tells when all were safe from there. `back` puts what the last two leave back.
//
// Time ends when a socket in the namespace receives the deletion, or with many namespaces a socket of the host's that receives
// all of theirs. The kernel offers each event to every socket that listens, wherever it is, so there must be no more of these.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <libmnl/libmnl.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// What cases.sh gives `watched` containers, and what the product's rules and tables are known by.
#define SECOND_GATEWAY "10.2.0.1"
#define METRIC 100
#define OWN_PROTOCOL 69
#define OWN_TABLE 17739000u
#define LOCK "/run/evenkeel/locks/namespaces"

// Longer than anything takes.
#define PATIENCE 10000

extern char **environ;

struct namespace {
    int socket;
    ino_t inode;
    uint32_t first, second;
};

static char buffer[32768];

static _Noreturn void fail(const char *what) {
    perror(what);
    exit(1);
}

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static struct nlmsghdr *begin(void *place, uint16_t type, uint16_t flags) {
    struct nlmsghdr *message = mnl_nlmsg_put_header(place);
    message->nlmsg_type = type;
    message->nlmsg_flags = NLM_F_REQUEST | flags;
    return message;
}

static struct nlmsghdr *route(void *place, uint16_t type, uint16_t flags, uint32_t table, uint32_t index) {
    struct nlmsghdr *message = begin(place, type, flags);
    struct rtmsg *header = mnl_nlmsg_put_extra_header(message, sizeof *header);
    header->rtm_family = AF_INET;
    header->rtm_scope = RT_SCOPE_UNIVERSE;
    header->rtm_type = RTN_UNICAST;
    mnl_attr_put_u32(message, RTA_TABLE, table);
    mnl_attr_put_u32(message, RTA_OIF, index);
    return message;
}

static void send_to(const struct namespace *namespace, const void *bytes, size_t size) {
    if (send(namespace->socket, bytes, size, 0) < 0) fail("send");
}

// Adds the second default route.
static void upset(const struct namespace *namespace) {
    char place[256] = {0};
    struct nlmsghdr *message = route(place, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_APPEND, RT_TABLE_MAIN, namespace->second);
    ((struct rtmsg *)mnl_nlmsg_get_payload(message))->rtm_protocol = RTPROT_STATIC;
    mnl_attr_put_u32(message, RTA_GATEWAY, inet_addr(SECOND_GATEWAY));
    mnl_attr_put_u32(message, RTA_PRIORITY, METRIC);
    send_to(namespace, message, message->nlmsg_len);
}

static bool is_second_gone(const struct nlmsghdr *message) {
    const struct rtmsg *header = mnl_nlmsg_get_payload(message);
    const struct nlattr *attribute;
    if (message->nlmsg_type != RTM_DELROUTE || header->rtm_dst_len || header->rtm_table != RT_TABLE_MAIN) return false;
    mnl_attr_for_each(attribute, message, sizeof *header)
        if (mnl_attr_get_type(attribute) == RTA_GATEWAY) return mnl_attr_get_u32(attribute) == inet_addr(SECOND_GATEWAY);
    return false;
}

struct received {
    // Of second default routes that are gone, and of answers to requests.
    int gone, answers;
};

// Waits for something, and reads all that is there. Requests that find nothing to delete are answered with an error.
static struct received receive(int socket) {
    struct received received = {0};
    struct pollfd waiting = {.fd = socket, .events = POLLIN};
    if (poll(&waiting, 1, PATIENCE) <= 0) {
        fprintf(stderr, "nothing has come for %d s\n", PATIENCE / 1000);
        exit(1);
    }
    ssize_t size;
    while ((size = recv(socket, buffer, sizeof buffer, MSG_DONTWAIT)) > 0) {
        int rest = (int)size;
        for (const struct nlmsghdr *message = (void *)buffer; mnl_nlmsg_ok(message, rest);
             message = NLMSG_NEXT(message, rest)) {
            int error = message->nlmsg_type == NLMSG_ERROR ? -((struct nlmsgerr *)mnl_nlmsg_get_payload(message))->error : 0;
            if (error && error != ESRCH && error != ENOENT) {
                errno = error;
                fail("change a namespace");
            }
            received.answers += message->nlmsg_type == NLMSG_ERROR;
            received.gone += is_second_gone(message);
        }
    }
    if (size < 0 && errno != EAGAIN) fail("receive");
    return received;
}

static void wait_for(int socket, int count) {
    while (count > 0) count -= receive(socket).gone;
}

// As every run that changes a namespace: without it the watcher would mend what is half put back.
static int lock(ino_t inode) {
    struct flock part = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = (off_t)inode, .l_len = 1};
    int file = open(LOCK, O_RDWR | O_CLOEXEC);
    if (file < 0 || fcntl(file, F_OFD_SETLKW, &part) < 0) fail(LOCK);
    return file;
}

static void put_back(const struct namespace *namespace) {
    char place[2048] = {0}, *end = place;
    int count = 0, lock_file = lock(namespace->inode);
    for (; count < 4; count++) {
        struct nlmsghdr *message = begin(end, RTM_DELRULE, NLM_F_ACK);
        struct fib_rule_hdr *header = mnl_nlmsg_put_extra_header(message, sizeof *header);
        header->family = AF_INET;
        mnl_attr_put_u8(message, FRA_PROTOCOL, OWN_PROTOCOL);
        end = mnl_nlmsg_get_payload_tail(message);
    }
    for (int i = 0; i < 2; i++, count += 2) {
        uint32_t index = i ? namespace->second : namespace->first;
        struct nlmsghdr *message = route(end, RTM_DELROUTE, NLM_F_ACK, OWN_TABLE + index, index);
        ((struct rtmsg *)mnl_nlmsg_get_payload(message))->rtm_scope = RT_SCOPE_NOWHERE;
        message = begin(mnl_nlmsg_get_payload_tail(message), RTM_SETLINK, NLM_F_ACK);
        struct ifinfomsg *header = mnl_nlmsg_put_extra_header(message, sizeof *header);
        header->ifi_index = (int)index;
        mnl_attr_put_u32(message, IFLA_GROUP, 0);
        end = mnl_nlmsg_get_payload_tail(message);
    }
    send_to(namespace, place, (size_t)(end - place));
    while (count > 0) count -= receive(namespace->socket).answers;
    close(lock_file);
}

// A socket that is sent the events of routes: nothing without an address.
static int listener(void) {
    const struct sockaddr_nl address = {.nl_family = AF_NETLINK};
    const int group = RTNLGRP_IPV4_ROUTE;
    int file = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (file < 0 || bind(file, (const void *)&address, sizeof address) < 0 ||
        setsockopt(file, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) < 0)
        fail("listen");
    return file;
}

// Those of all namespaces.
static int listener_to_all(void) {
    const int on = 1, size = 16 << 20;
    int file = listener();
    if (setsockopt(file, SOL_NETLINK, NETLINK_LISTEN_ALL_NSID, &on, sizeof on) < 0 ||
        setsockopt(file, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0)
        fail("listen");
    return file;
}

static int home;
static glob_t paths;

// The one in that place in the order of names; after the last comes the first.
static struct namespace open_namespace(int place, bool listening) {
    struct namespace namespace;
    struct stat status;
    const char *path = paths.gl_pathv[(size_t)place % paths.gl_pathc];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &status) < 0 || setns(file, CLONE_NEWNET) < 0) fail(path);
    namespace.inode = status.st_ino;
    namespace.first = if_nametoindex("eth0");
    namespace.second = if_nametoindex("eth1");
    namespace.socket = listening ? listener() : socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (!namespace.first || !namespace.second || namespace.socket < 0 || setns(home, CLONE_NEWNET) < 0) fail(path);
    close(file);
    return namespace;
}

static long long take_turn(int place) {
    struct namespace namespace = open_namespace(place, true);
    long long start = now();
    upset(&namespace);
    wait_for(namespace.socket, 1);
    long long time = now() - start;
    // The last look, which finds nothing to do; then those that its return causes, which may have to be tried again.
    usleep(2000);
    put_back(&namespace);
    close(namespace.socket);
    usleep(6000);
    return time;
}

static struct namespace *open_namespaces(int count) {
    struct namespace *namespaces = calloc((size_t)count, sizeof *namespaces);
    const struct rlimit files = {4096, 4096};
    if (!namespaces || setrlimit(RLIMIT_NOFILE, &files) < 0) fail("open namespaces");
    for (int i = 0; i < count; i++) namespaces[i] = open_namespace(i, false);
    return namespaces;
}

// Until the last of them is safe: since the first was upset, or since the program that is given was started after the last was.
static long long upset_all(int count, char *program) {
    struct namespace *namespaces = open_namespaces(count);
    int events = listener_to_all();
    pid_t pid;
    char *arguments[] = {program, NULL};
    long long start = now();
    for (int i = 0; i < count; i++) upset(&namespaces[i]);
    if (program) {
        start = now();
        if ((errno = posix_spawn(&pid, program, NULL, NULL, arguments, environ))) fail(program);
    }
    wait_for(events, count);
    long long time = now() - start;
    if (program) {
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
    return time;
}

static void put_all_back(int count) {
    struct namespace *namespaces = open_namespaces(count);
    for (int i = 0; i < count; i++) put_back(&namespaces[i]);
}

int main(int count, char **arguments) {
    if (count < 4) return 127;
    const char *mode = arguments[2];
    char *last = arguments[4];
    int number = atoi(arguments[3]);
    FILE *file = fopen(arguments[1], "w");
    if (!file) fail(arguments[1]);
    home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    if (home < 0 || glob("/run/netns/netns-*", 0, NULL, &paths)) fail("/run/netns");
    if (!strcmp(mode, "turns") && last) {
        for (int i = 0; i < number; i++) fprintf(file, "%lld\n", take_turn(atoi(last) + i));
    } else if (!strcmp(mode, "crowd") || (!strcmp(mode, "restart") && last)) {
        fprintf(file, "%lld\n", upset_all(number, last));
    } else if (!strcmp(mode, "back")) {
        put_all_back(number);
    } else {
        return 127;
    }
    return fclose(file) ? 127 : 0;
}
