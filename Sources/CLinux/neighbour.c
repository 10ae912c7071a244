// Two ways to make an IPv6 neighbour answer that netlink does not offer. The kernel's own way (NTF_USE) sends only from the
// link-local address, which is tentative for a second or two after the link comes up.
#include "linux_c.h"

#include <linux/if_packet.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip6.h>

#ifndef SO_BINDTOIFINDEX
#define SO_BINDTOIFINDEX 62 // Linux 5.0, asm-generic/socket.h
#endif

static int close_with(int fd, int result) {
    int error = errno;
    close(fd);
    errno = error;
    return result;
}

int linux_send_discard(unsigned interface, const void *source, const void *target) {
    int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -1;
    int index = (int)interface;
    struct sockaddr_in6 from = {.sin6_family = AF_INET6, .sin6_scope_id = interface}, to = from;
    memcpy(&from.sin6_addr, source, sizeof from.sin6_addr);
    memcpy(&to.sin6_addr, target, sizeof to.sin6_addr);
    to.sin6_port = htons(9);
    // Send by this interface, whatever the routes say.
    if (setsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &index, sizeof index) != 0 ||
        bind(fd, (struct sockaddr *)&from, sizeof from) != 0 ||
        sendto(fd, "", 0, 0, (struct sockaddr *)&to, sizeof to) != 0)
        return close_with(fd, -1);
    return close_with(fd, 0);
}

// The checksum of ICMPv6 with its pseudo-header: RFC 4443 section 2.3. `size` must be even.
static uint16_t checksum(const struct ip6_hdr *header, const void *message, size_t size) {
    uint32_t sum = (uint32_t)htons((uint16_t)size) + htons(IPPROTO_ICMPV6);
    const uint8_t *parts[] = {(const uint8_t *)&header->ip6_src, message};
    size_t sizes[] = {2 * sizeof header->ip6_src, size};
    for (int part = 0; part < 2; part++)
        for (size_t i = 0; i < sizes[part]; i += 2) {
            uint16_t word;
            memcpy(&word, parts[part] + i, sizeof word);
            sum += word;
        }
    while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

int linux_solicit_neighbour(unsigned interface, const void *target) {
    struct {
        struct ip6_hdr header;
        struct nd_neighbor_solicit message;
    } packet = {.message.nd_ns_type = ND_NEIGHBOR_SOLICIT};
    packet.header.ip6_vfc = 6 << 4;
    packet.header.ip6_plen = htons(sizeof packet.message);
    packet.header.ip6_nxt = IPPROTO_ICMPV6;
    packet.header.ip6_hlim = 255;
    memcpy(&packet.message.nd_ns_target, target, sizeof packet.message.nd_ns_target);
    // The solicited-node multicast address, RFC 4291 section 2.7.1: ff02::1:ff and the target's last three bytes.
    const uint8_t *last = (const uint8_t *)target + 13;
    uint8_t *group = packet.header.ip6_dst.s6_addr;
    group[0] = 0xff, group[1] = 2, group[11] = 1, group[12] = 0xff;
    memcpy(group + 13, last, 3);
    packet.message.nd_ns_cksum = checksum(&packet.header, &packet.message, sizeof packet.message);

    int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -1;
    struct sockaddr_ll to = {
        .sll_family = AF_PACKET, .sll_protocol = htons(0x86dd), .sll_ifindex = (int)interface, .sll_halen = 6,
        .sll_addr = {0x33, 0x33, 0xff, last[0], last[1], last[2]},
    };
    ssize_t sent = sendto(fd, &packet, sizeof packet, 0, (struct sockaddr *)&to, sizeof to);
    return close_with(fd, sent == (ssize_t)sizeof packet ? 0 : -1);
}
