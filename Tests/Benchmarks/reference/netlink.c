#include "reference.h"

#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>

char request[4096];
// The kernel fills at most this much into one message of a dump.
static char reply[32768];

void fail(const char *what) {
    perror(what);
    exit(1);
}

struct channel open_channel(int bus) {
    int on = 1;
    // The kernel gives it an address with its first request.
    struct channel channel = {.socket = mnl_socket_open2(bus, SOCK_CLOEXEC)};
    if (!channel.socket) fail("netlink");
    if (bus == NETLINK_ROUTE) mnl_socket_setsockopt(channel.socket, NETLINK_GET_STRICT_CHK, &on, sizeof on);
    return channel;
}

struct nlmsghdr *begin(uint16_t type, uint16_t flags) {
    struct nlmsghdr *message = mnl_nlmsg_put_header(request);
    message->nlmsg_type = type;
    message->nlmsg_flags = NLM_F_REQUEST | flags;
    return message;
}

// 0, or the kernel's errno. A request without NLM_F_ACK or NLM_F_DUMP is answered by one datagram: `each` must stop there.
int ask(struct channel *channel, struct nlmsghdr *message, mnl_cb_t each, void *data) {
    message->nlmsg_seq = ++channel->sequence;
    if (mnl_socket_sendto(channel->socket, message, message->nlmsg_len) < 0) fail("send");
    for (;;) {
        ssize_t size = mnl_socket_recvfrom(channel->socket, reply, sizeof reply);
        if (size < 0) fail("receive");
        int state = mnl_cb_run(reply, size, channel->sequence, 0, each, data);
        if (state <= MNL_CB_STOP) return state < 0 ? errno : 0;
    }
}

// A list that changed under the reader (EINTR) is read again from the beginning.
void dump(struct channel *channel, struct nlmsghdr *message, mnl_cb_t each, void *data, size_t *count) {
    size_t before = count ? *count : 0;
    message->nlmsg_flags |= NLM_F_DUMP;
    for (int attempt = 0; attempt < 32; attempt++) {
        if (count) *count = before;
        int error = ask(channel, message, each, data);
        // No such table, or none of its routes.
        if (!error || error == ENOENT) return;
        errno = error;
        if (error != EINTR) break;
    }
    fail("dump");
}

void change(struct channel *channel, struct nlmsghdr *message, int harmless) {
    message->nlmsg_flags |= NLM_F_ACK;
    int error = ask(channel, message, NULL, NULL);
    errno = error;
    if (error && error != harmless) fail("change");
}

size_t family_size(uint8_t family) { return family == AF_INET ? 4 : 16; }
