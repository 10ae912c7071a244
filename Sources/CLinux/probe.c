// Sockets that only see whether anybody answers.
#include "linux_c.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>

static int is_ipv6(size_t size) { return size == sizeof(struct in6_addr); }

// A socket address of 4 or 16 bytes in network order. An IPv6 address that is only valid on a link needs the interface.
static socklen_t fill(struct sockaddr_storage *result, const void *address, size_t size, unsigned port, unsigned interface) {
    memset(result, 0, sizeof *result);
    if (is_ipv6(size)) {
        struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)result;
        ipv6->sin6_family = AF_INET6;
        ipv6->sin6_port = htons((uint16_t)port);
        ipv6->sin6_scope_id = interface;
        memcpy(&ipv6->sin6_addr, address, sizeof ipv6->sin6_addr);
        return sizeof *ipv6;
    }
    struct sockaddr_in *ipv4 = (struct sockaddr_in *)result;
    ipv4->sin_family = AF_INET;
    ipv4->sin_port = htons((uint16_t)port);
    memcpy(&ipv4->sin_addr, address, sizeof ipv4->sin_addr);
    return sizeof *ipv4;
}

int linux_open_probe(int kind, size_t size) {
    int family = is_ipv6(size) ? AF_INET6 : AF_INET;
    int flags = SOCK_CLOEXEC | SOCK_NONBLOCK;
    switch (kind) {
    case LINUX_PROBE_PING: return socket(family, SOCK_RAW | flags, is_ipv6(size) ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
    case LINUX_PROBE_UDP: return socket(family, SOCK_DGRAM | flags, 0);
    default: break;
    }
    int fd = socket(family, SOCK_STREAM | flags, 0);
    // Closing it sends a reset, so that nothing waits for the connection's end.
    struct linger abort = {.l_onoff = 1};
    if (fd >= 0) setsockopt(fd, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
    return fd;
}

int linux_bind_device(int fd, const char *name, size_t size) {
    return setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, (socklen_t)size);
}

int linux_bind_address(int fd, const void *address, size_t size, unsigned interface) {
    struct sockaddr_storage own;
    socklen_t length = fill(&own, address, size, 0, interface);
    return bind(fd, (struct sockaddr *)&own, length);
}

int linux_connect_address(int fd, const void *address, size_t size, unsigned port, unsigned interface) {
    struct sockaddr_storage other;
    socklen_t length = fill(&other, address, size, port, interface);
    return connect(fd, (struct sockaddr *)&other, length);
}

int linux_own_port(int fd) {
    struct sockaddr_storage own;
    socklen_t length = sizeof own;
    if (getsockname(fd, (struct sockaddr *)&own, &length) != 0) return -1;
    return ntohs(own.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&own)->sin6_port : ((struct sockaddr_in *)&own)->sin_port);
}

int linux_socket_error(int fd) {
    int error = 0;
    socklen_t length = sizeof error;
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno;
}

int linux_has_retransmitted(int fd) {
    struct tcp_info info = {0};
    socklen_t length = sizeof info;
    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) == 0 && info.tcpi_total_retrans > 0;
}

int linux_echo_datagram(int fd, const void *start, size_t size) {
    char datagram[64];
    struct sockaddr_storage sender;
    socklen_t length = sizeof sender;
    ssize_t count =
        recvfrom(fd, datagram, sizeof datagram, MSG_DONTWAIT, (struct sockaddr *)&sender, &length);
    if (count < 0) return errno == EAGAIN ? 0 : 1;
    if ((size_t)count >= size && memcmp(datagram, start, size) == 0)
        sendto(fd, datagram, (size_t)count, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&sender, length);
    return 1;
}

int linux_poll_probes(const int *fds, const unsigned char *connecting, unsigned char *ready, int count, int milliseconds) {
    if (count > LINUX_MOST_PROBES) {
        errno = EINVAL;
        return -1;
    }
    struct pollfd polled[LINUX_MOST_PROBES];
    for (int i = 0; i < count; i++) polled[i] = (struct pollfd){.fd = fds[i], .events = connecting[i] ? POLLOUT : POLLIN};
    int result = poll(polled, (nfds_t)count, milliseconds);
    for (int i = 0; i < count; i++) ready[i] = result > 0 && polled[i].revents != 0;
    return result;
}
