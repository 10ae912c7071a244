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
    // The kernel gives it an address with its first request.
    struct channel channel = {.socket = mnl_socket_open2(bus, SOCK_CLOEXEC), .filters = bus != NETLINK_ROUTE};
    if (!channel.socket) fail("netlink");
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
    int on = 1;
    message->nlmsg_flags |= NLM_F_DUMP;
    if (!channel->filters) mnl_socket_setsockopt(channel->socket, NETLINK_GET_STRICT_CHK, &on, sizeof on);
    channel->filters = true;
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

// What is to be sent together.
static struct {
    char bytes[32768];
    size_t size, count;
    struct nlmsghdr *last;
    int harmless[8 * MAX];
} waiting;

void queue(struct nlmsghdr *message, int harmless) {
    if (waiting.size + MNL_ALIGN(message->nlmsg_len) > sizeof waiting.bytes || waiting.count == 8 * MAX) {
        errno = E2BIG;
        fail("queue");
    }
    waiting.last = memcpy(waiting.bytes + waiting.size, message, message->nlmsg_len);
    waiting.size += MNL_ALIGN(message->nlmsg_len);
    waiting.harmless[waiting.count++] = harmless;
}

// Hands each answer over with its request's place, until `left` of them have come; those that say a request was carried out
// come for the last alone.
static void exchange(struct channel *channel, size_t left, mnl_cb_t each, void *const data[]) {
    uint32_t first = channel->sequence + 1;
    for (char *at = waiting.bytes; at < waiting.bytes + waiting.size;
         at += MNL_ALIGN(((struct nlmsghdr *)at)->nlmsg_len))
        ((struct nlmsghdr *)at)->nlmsg_seq = ++channel->sequence;
    if (mnl_socket_sendto(channel->socket, waiting.bytes, waiting.size) < 0) fail("send");
    while (left > 0) {
        ssize_t size = mnl_socket_recvfrom(channel->socket, reply, sizeof reply);
        int rest = (int)size;
        if (size < 0) fail("receive");
        for (struct nlmsghdr *message = (void *)reply; mnl_nlmsg_ok(message, rest);
             message = NLMSG_NEXT(message, rest)) {
            size_t place = message->nlmsg_seq - first;
            const struct nlmsgerr *error = mnl_nlmsg_get_payload(message);
            if (place >= waiting.count) continue;
            if (message->nlmsg_type != NLMSG_ERROR) {
                each(message, data[place]);
            } else if (error->error && -error->error != waiting.harmless[place]) {
                errno = -error->error;
                fail("change");
            }
            if (each || place == waiting.count - 1) left--;
        }
    }
    waiting.size = waiting.count = 0;
}

void change_all(struct channel *channel) {
    if (!waiting.count) return;
    waiting.last->nlmsg_flags |= NLM_F_ACK;
    exchange(channel, 1, NULL, NULL);
}

void ask_all(struct channel *channel, mnl_cb_t each, void *const data[]) {
    if (waiting.count) exchange(channel, waiting.count, each, data);
}

size_t family_size(uint8_t family) { return family == AF_INET ? 4 : 16; }
