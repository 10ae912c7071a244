// upset FILE turns COUNT FIRST | upset FILE crowd COUNT | upset FILE restart COUNT PROGRAM | upset FILE back COUNT: adds a second
// default route of the same metric in the namespaces of /run/netns, and writes the nanoseconds until it had left table main again
// to FILE, a line each. `turns` does so COUNT times in one namespace after the other, beginning with the FIRST, and puts each
// back; `crowd` in COUNT namespaces at once, and tells when all were safe; `restart` in COUNT namespaces, before it starts
// PROGRAM, and tells when all were safe from there. `back` puts what the last two leave back.
//
// Time ends when a socket in the namespace receives the deletion.
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
#include <sys/epoll.h>
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
    bool is_safe;
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
static void upset(struct namespace *namespace) {
    char place[256] = {0};
    struct nlmsghdr *message = route(place, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_APPEND, RT_TABLE_MAIN, namespace->second);
    ((struct rtmsg *)mnl_nlmsg_get_payload(message))->rtm_protocol = RTPROT_STATIC;
    mnl_attr_put_u32(message, RTA_GATEWAY, inet_addr(SECOND_GATEWAY));
    mnl_attr_put_u32(message, RTA_PRIORITY, METRIC);
    namespace->is_safe = false;
    send_to(namespace, message, message->nlmsg_len);
}

static bool is_second_gone(const struct namespace *namespace, const struct nlmsghdr *message) {
    const struct rtmsg *header = mnl_nlmsg_get_payload(message);
    const struct nlattr *attribute;
    if (message->nlmsg_type != RTM_DELROUTE || header->rtm_dst_len || header->rtm_table != RT_TABLE_MAIN) return false;
    mnl_attr_for_each(attribute, message, sizeof *header)
        if (mnl_attr_get_type(attribute) == RTA_OIF) return mnl_attr_get_u32(attribute) == namespace->second;
    return false;
}

// Reads what events there are, and the answers to requests, of which it returns how many came. Requests that find nothing to
// delete are answered with an error as well.
static int receive(struct namespace *namespace) {
    ssize_t size;
    int answers = 0;
    while ((size = recv(namespace->socket, buffer, sizeof buffer, MSG_DONTWAIT)) > 0) {
        int rest = (int)size;
        for (const struct nlmsghdr *message = (void *)buffer; mnl_nlmsg_ok(message, rest);
             message = NLMSG_NEXT(message, rest)) {
            int error = message->nlmsg_type == NLMSG_ERROR ? -((struct nlmsgerr *)mnl_nlmsg_get_payload(message))->error : 0;
            if (error && error != ESRCH && error != ENOENT) {
                errno = error;
                fail("change a namespace");
            }
            answers += message->nlmsg_type == NLMSG_ERROR;
            if (is_second_gone(namespace, message)) namespace->is_safe = true;
        }
    }
    if (size < 0 && errno != EAGAIN) fail("receive");
    return answers;
}

static void wait_for(const struct namespace *namespace) {
    struct pollfd waiting = {.fd = namespace->socket, .events = POLLIN};
    if (poll(&waiting, 1, PATIENCE) > 0) return;
    errno = ETIMEDOUT;
    fail("wait for a namespace");
}

static void wait_for_all(struct namespace *namespaces, int count) {
    int set = epoll_create1(EPOLL_CLOEXEC), left = count;
    for (int i = 0; i < count; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &namespaces[i]};
        if (epoll_ctl(set, EPOLL_CTL_ADD, namespaces[i].socket, &event) < 0) fail("wait for namespaces");
    }
    while (left > 0) {
        struct epoll_event events[64];
        int ready = epoll_wait(set, events, 64, PATIENCE);
        if (ready <= 0) {
            fprintf(stderr, "%d of %d are not safe\n", left, count);
            exit(1);
        }
        for (int i = 0; i < ready; i++) {
            struct namespace *namespace = events[i].data.ptr;
            bool was_safe = namespace->is_safe;
            receive(namespace);
            left -= namespace->is_safe && !was_safe;
        }
    }
    close(set);
}

// As every run that changes a namespace: without it the watcher would mend what is half put back.
static int lock(ino_t inode) {
    struct flock part = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = (off_t)inode, .l_len = 1};
    int file = open(LOCK, O_RDWR | O_CLOEXEC);
    if (file < 0 || fcntl(file, F_OFD_SETLKW, &part) < 0) fail(LOCK);
    return file;
}

static void put_back(struct namespace *namespace) {
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
    while (count > 0) {
        wait_for(namespace);
        count -= receive(namespace);
    }
    close(lock_file);
}

static void open_namespace(struct namespace *namespace, const char *path) {
    const int group = RTNLGRP_IPV4_ROUTE;
    struct stat status;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &status) < 0 || setns(file, CLONE_NEWNET) < 0) fail(path);
    namespace->inode = status.st_ino;
    namespace->first = if_nametoindex("eth0");
    namespace->second = if_nametoindex("eth1");
    namespace->socket = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    // A socket without an address is sent nothing.
    const struct sockaddr_nl address = {.nl_family = AF_NETLINK};
    if (!namespace->first || !namespace->second || namespace->socket < 0 ||
        bind(namespace->socket, (const void *)&address, sizeof address) < 0 ||
        setsockopt(namespace->socket, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) < 0)
        fail(path);
    close(file);
}

// COUNT namespaces, from the FIRST on, in the order of their names; after the last comes the first.
static struct namespace *open_namespaces(int count, int first) {
    struct namespace *namespaces = calloc((size_t)count, sizeof *namespaces);
    struct rlimit files = {4096, 4096};
    glob_t paths;
    int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    if (!namespaces || setrlimit(RLIMIT_NOFILE, &files) < 0 || glob("/run/netns/netns-*", 0, NULL, &paths)) fail("prepare");
    for (int i = 0; i < count; i++)
        open_namespace(&namespaces[i], paths.gl_pathv[(size_t)(first + i) % paths.gl_pathc]);
    if (setns(home, CLONE_NEWNET) < 0) fail("return home");
    globfree(&paths);
    return namespaces;
}

static void take_turns(FILE *file, struct namespace *namespaces, int count) {
    for (int i = 0; i < count; i++) {
        struct namespace *namespace = &namespaces[i];
        long long start = now();
        upset(namespace);
        while (!namespace->is_safe) {
            wait_for(namespace);
            receive(namespace);
        }
        fprintf(file, "%lld\n", now() - start);
        // Its last look, which finds nothing to do; then those that its return causes, which may have to be tried again.
        usleep(2000);
        put_back(namespace);
        usleep(6000);
        receive(namespace);
    }
}

static void upset_all(FILE *file, struct namespace *namespaces, int count) {
    long long start = now();
    for (int i = 0; i < count; i++) upset(&namespaces[i]);
    wait_for_all(namespaces, count);
    fprintf(file, "%lld\n", now() - start);
}

static void restart(FILE *file, struct namespace *namespaces, int count, char *program) {
    char *arguments[] = {program, NULL};
    pid_t pid;
    for (int i = 0; i < count; i++) upset(&namespaces[i]);
    long long start = now();
    if ((errno = posix_spawn(&pid, program, NULL, NULL, arguments, environ))) fail(program);
    wait_for_all(namespaces, count);
    fprintf(file, "%lld\n", now() - start);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

int main(int count, char **arguments) {
    if (count < 4) return 127;
    const char *mode = arguments[2];
    int number = atoi(arguments[3]);
    FILE *file = fopen(arguments[1], "w");
    struct namespace *namespaces = open_namespaces(number, !strcmp(mode, "turns") && count > 4 ? atoi(arguments[4]) : 0);
    if (!file) fail(arguments[1]);
    if (!strcmp(mode, "turns")) {
        take_turns(file, namespaces, number);
    } else if (!strcmp(mode, "crowd")) {
        upset_all(file, namespaces, number);
    } else if (!strcmp(mode, "restart") && count > 4) {
        restart(file, namespaces, number, arguments[4]);
    } else if (!strcmp(mode, "back")) {
        for (int i = 0; i < number; i++) put_back(&namespaces[i]);
    } else {
        return 127;
    }
    if (fclose(file)) fail(arguments[1]);
    return 0;
}
