#include "linux_c.h"

#include <linux/filter.h>
#include <linux/neighbour.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/inotify.h>

// Offsets in a routing message: the header's type, and what follows the header, whose size is 16.
enum { type_offset = 4, destination_length_offset = 17, neighbour_state_offset = 24 };

/// Loads a field of nlmsghdr in host byte order: a classic filter loads big-endian numbers.
static unsigned short swapped(unsigned short type) {
    const unsigned char *bytes = (const unsigned char *)&type;
    return (unsigned short)(bytes[0] << 8 | bytes[1]);
}

int linux_filter_route_events(int fd) {
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, type_offset),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, swapped(RTM_NEWROUTE), 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, swapped(RTM_DELROUTE), 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, swapped(RTM_NEWNEIGH), 3, 0),
        BPF_STMT(BPF_RET | BPF_K, 0xffff),
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, destination_length_offset),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 2, 3),
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, neighbour_state_offset),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, swapped(NUD_FAILED), 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0xffff),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    struct sock_fprog program = {.len = sizeof code / sizeof *code, .filter = code};
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

// The kernel doubles it.
void linux_enlarge_buffer(int fd, int buffer) {
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer) < 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
}

static int join(int fd, const int *groups, int count) {
    for (int i = 0; i < count; i++)
        if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &groups[i], sizeof groups[i]) < 0) return -1;
    return 0;
}

int linux_open_events(int protocol, const int *groups, int count, int buffer) {
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
    if (fd < 0) return -1;
    linux_enlarge_buffer(fd, buffer);
    struct sockaddr_nl address = {.nl_family = AF_NETLINK};
    if (bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && join(fd, groups, count) == 0) return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

int linux_listen_in_all_namespaces(int fd) {
    int on = 1;
    return setsockopt(fd, SOL_NETLINK, NETLINK_LISTEN_ALL_NSID, &on, sizeof on);
}

ssize_t linux_receive_event(int fd, void *buffer, size_t size, int *namespace_id) {
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct sockaddr_nl sender = {.nl_family = AF_NETLINK};
    struct iovec part = {.iov_base = buffer, .iov_len = size};
    struct msghdr message = {
        .msg_name = &sender, .msg_namelen = sizeof sender, .msg_iov = &part, .msg_iovlen = 1,
        .msg_control = &control, .msg_controllen = sizeof control,
    };
    ssize_t count = recvmsg(fd, &message, MSG_DONTWAIT);
    if (count < 0) return -1;
    if (message.msg_flags & MSG_TRUNC) {
        errno = EMSGSIZE;
        return -1;
    }
    // Anybody with an address may write to the socket; the kernel's is 0.
    if (sender.nl_pid != 0) return 0;
    *namespace_id = -1;
    for (struct cmsghdr *part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part))
        if (part->cmsg_level == SOL_NETLINK && part->cmsg_type == NETLINK_LISTEN_ALL_NSID)
            memcpy(namespace_id, CMSG_DATA(part), sizeof *namespace_id);
    return count;
}

unsigned linux_netlink_port(int fd) {
    struct sockaddr_nl address = {.nl_family = AF_NETLINK};
    socklen_t length = sizeof address;
    return getsockname(fd, (struct sockaddr *)&address, &length) == 0 ? address.nl_pid : 0;
}

int linux_open_folder_events(void) { return inotify_init1(IN_CLOEXEC | IN_NONBLOCK); }

int linux_watch_folder(int fd, const char *path) {
    // The path may be an ordinary user's.
    return inotify_add_watch(fd, path, IN_CREATE | IN_MOVED_TO | IN_ONLYDIR | IN_DONT_FOLLOW);
}

ssize_t linux_read_folder_events(int fd, void *buffer, size_t size) { return read(fd, buffer, size); }

size_t linux_folder_event(const void *buffer, size_t size, int *folder, unsigned *what, const char **name) {
    const struct inotify_event *event = buffer;
    if (size < sizeof *event || size - sizeof *event < event->len) return 0;
    *folder = event->wd;
    *what = event->mask & (IN_CREATE | IN_MOVED_TO) ? LINUX_FOLDER_NEW
            : event->mask & IN_IGNORED              ? LINUX_FOLDER_GONE
                                                    : LINUX_FOLDER_LOST;
    *name = event->len ? event->name : "";
    return sizeof *event + event->len;
}
