// Writes what the functions of libmnl that the hot path uses make of many messages, attributes and random bytes. Linked with
// libmnl and with Sources/CStaticRuntime/libmnl.c, it writes the same.
#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned long state = 69;

static unsigned number(unsigned below) {
    state = state * 6364136223846793005UL + 1442695040888963407UL;
    return (unsigned)(state >> 33) % below;
}

static void print(const char *what, const void *bytes, size_t count) {
    printf("%s:", what);
    for (size_t i = 0; i < count; i++) printf(" %02x", ((const unsigned char *)bytes)[i]);
    putchar('\n');
}

static int visit(const struct nlattr *attr, void *data) {
    int *visits = data;
    printf("type %d of %d, valid up to 7: %d\n", mnl_attr_get_type(attr), mnl_attr_get_payload_len(attr),
           mnl_attr_type_valid(attr, 7));
    print("payload", mnl_attr_get_payload(attr), mnl_attr_get_payload_len(attr));
    for (int type = 0; type <= MNL_TYPE_MAX; type++) {
        errno = 0;
        int result = mnl_attr_validate(attr, (enum mnl_attr_data_type)type);
        printf(" %d/%d", result, result ? errno : 0);
    }
    putchar('\n');
    if (mnl_attr_get_payload_len(attr) >= 8)
        printf("%u %u %llu %.8s\n", mnl_attr_get_u8(attr), mnl_attr_get_u32(attr),
               (unsigned long long)mnl_attr_get_u64(attr), mnl_attr_get_str(attr));
    return --*visits > 0 ? MNL_CB_OK : MNL_CB_STOP;
}

static void put_some(struct nlmsghdr *message, size_t room) {
    char text[] = "abcdefghijklmnopqrstuvwxyz";
    uint16_t type = (uint16_t)number(10);
    size_t length = number(sizeof text);
    switch (number(8)) {
    case 0: printf("%d\n", mnl_attr_put_check(message, room, type, length, text)); break;
    case 1: printf("%d\n", mnl_attr_put_u8_check(message, room, type, (uint8_t)number(256))); break;
    case 2: printf("%d\n", mnl_attr_put_u16_check(message, room, type, (uint16_t)number(65536))); break;
    case 3: printf("%d\n", mnl_attr_put_u32_check(message, room, type, number(1U << 31))); break;
    case 4:
        text[length] = 0;
        printf("%d\n", mnl_attr_put_strz_check(message, room, type, text));
        break;
    case 5: {
        struct nlattr *nest = mnl_attr_nest_start_check(message, room, type);
        printf("%d\n", nest != NULL);
        if (!nest) break;
        if (number(2)) put_some(message, room);
        mnl_attr_nest_end(message, nest);
        int visits = 3;
        printf("nested: %d\n", mnl_attr_parse_nested(nest, visit, &visits));
        break;
    }
    case 6:
        if (message->nlmsg_len + 64 > room) break;
        mnl_attr_put(message, type, length, text);
        mnl_attr_put_u8(message, type, 1);
        mnl_attr_put_u32(message, type, number(1U << 31));
        mnl_attr_put_u64(message, type, (uint64_t)number(1U << 31) << 20);
        break;
    default:
        if (message->nlmsg_len + 64 > room) break;
        text[length] = 0;
        mnl_attr_put_strz(message, type, text);
        struct nlattr *nest = mnl_attr_nest_start(message, type);
        mnl_attr_nest_end(message, nest);
    }
}

int main(void) {
    static char buffer[512] __attribute__((aligned(8)));
    for (int round = 0; round < 2000; round++) {
        // What pads an attribute is left as it was by libmnl 1.0.4; here it is zero.
        memset(buffer, 0, sizeof buffer);
        struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
        memset(mnl_nlmsg_put_extra_header(message, 1 + number(20)), 0x77, 1);
        size_t room = 60 + number(sizeof buffer - 60);
        for (unsigned i = number(8); i > 0; i--) put_some(message, room);
        print("message", message, message->nlmsg_len);
        printf("%zu %d\n", mnl_nlmsg_get_payload_len(message),
               (int)((char *)mnl_nlmsg_get_payload(message) - buffer));
        for (int length = -1; length < 40; length++) printf("%d", mnl_nlmsg_ok(message, length));
        putchar('\n');
    }
    for (int round = 0; round < 5000; round++) {
        for (size_t i = 0; i < sizeof buffer; i++) buffer[i] = (char)number(number(2) ? 256 : 20);
        struct nlattr *nest = (struct nlattr *)buffer;
        nest->nla_len = (uint16_t)(MNL_ATTR_HDRLEN + number(100));
        int visits = 1 + (int)number(10);
        printf("parsed: %d\n", mnl_attr_parse_nested(nest, visit, &visits));
    }
    struct mnl_socket *none = mnl_socket_open2(1000, 0);
    printf("%d\n", none == NULL);
    struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
    int on = 1;
    printf("%d\n", mnl_socket_setsockopt(socket, NETLINK_EXT_ACK, &on, sizeof on));
    struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
    request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
    request->nlmsg_seq = 7;
    printf("%zd\n", mnl_socket_sendto(socket, request, request->nlmsg_len));
    printf("%zd\n", recv(mnl_socket_get_fd(socket), buffer, sizeof buffer, 0));
    printf("%d\n", mnl_socket_close(socket));
}
