// Replaces libmnl, of which Debian has no static archive: the functions that libnftnl and Sources/Netlink call, with the
// behaviour that libmnl/libmnl.h describes. Attributes and messages are padded to four bytes; numbers are in host byte order
// (netlink(7)).
#include "static-runtime.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdlib.h>
#include <string.h>

// Attributes

uint16_t mnl_attr_get_type(const struct nlattr *attr) { return attr->nla_type & NLA_TYPE_MASK; }

uint16_t mnl_attr_get_payload_len(const struct nlattr *attr) { return (uint16_t)(attr->nla_len - MNL_ATTR_HDRLEN); }

void *mnl_attr_get_payload(const struct nlattr *attr) { return (char *)attr + MNL_ATTR_HDRLEN; }

uint8_t mnl_attr_get_u8(const struct nlattr *attr) { return *(uint8_t *)mnl_attr_get_payload(attr); }

uint16_t mnl_attr_get_u16(const struct nlattr *attr) { return *(uint16_t *)mnl_attr_get_payload(attr); }

uint32_t mnl_attr_get_u32(const struct nlattr *attr) { return *(uint32_t *)mnl_attr_get_payload(attr); }

// Copied, because attributes are aligned to four bytes only.
uint64_t mnl_attr_get_u64(const struct nlattr *attr) {
    uint64_t value;
    memcpy(&value, mnl_attr_get_payload(attr), sizeof value);
    return value;
}

const char *mnl_attr_get_str(const struct nlattr *attr) { return mnl_attr_get_payload(attr); }

bool mnl_attr_ok(const struct nlattr *attr, int len) {
    return len >= (int)sizeof *attr && attr->nla_len >= sizeof *attr && (int)attr->nla_len <= len;
}

struct nlattr *mnl_attr_next(const struct nlattr *attr) {
    return (struct nlattr *)((char *)attr + MNL_ALIGN(attr->nla_len));
}

int mnl_attr_type_valid(const struct nlattr *attr, uint16_t maxtype) {
    if (mnl_attr_get_type(attr) <= maxtype) return 1;
    errno = EOPNOTSUPP;
    return -1;
}

int mnl_attr_validate(const struct nlattr *attr, enum mnl_attr_data_type type) {
    static const uint8_t sizes[MNL_TYPE_MAX] = {
        [MNL_TYPE_U8] = 1, [MNL_TYPE_U16] = 2, [MNL_TYPE_U32] = 4, [MNL_TYPE_U64] = 8, [MNL_TYPE_MSECS] = 8,
    };
    const char *payload = mnl_attr_get_payload(attr);
    size_t length = mnl_attr_get_payload_len(attr);
    int error = 0;
    if ((unsigned)type >= MNL_TYPE_MAX) error = EINVAL;
    else if (sizes[type] && length != sizes[type]) error = ERANGE;
    else if (type == MNL_TYPE_FLAG && length > 0) error = ERANGE;
    else if (type == MNL_TYPE_STRING && length == 0) error = ERANGE;
    else if (type == MNL_TYPE_NUL_STRING && length == 0) error = ERANGE;
    else if (type == MNL_TYPE_NUL_STRING && payload[length - 1] != '\0') error = EINVAL;
    else if (type == MNL_TYPE_NESTED && length > 0 && length < MNL_ATTR_HDRLEN) error = ERANGE;
    if (!error) return 0;
    errno = error;
    return -1;
}

int mnl_attr_parse_nested(const struct nlattr *nested, mnl_attr_cb_t callback, void *data) {
    const struct nlattr *attr = mnl_attr_get_payload(nested);
    const char *end = (const char *)attr + mnl_attr_get_payload_len(nested);
    int result = MNL_CB_OK;
    for (; mnl_attr_ok(attr, (int)(end - (const char *)attr)); attr = mnl_attr_next(attr))
        if ((result = callback(attr, data)) <= MNL_CB_STOP) break;
    return result;
}

// The end of a message, where the next attribute goes.
static void *tail(const struct nlmsghdr *nlh) { return (char *)nlh + MNL_ALIGN(nlh->nlmsg_len); }

void mnl_attr_put(struct nlmsghdr *nlh, uint16_t type, size_t len, const void *data) {
    struct nlattr *attr = tail(nlh);
    attr->nla_type = type;
    attr->nla_len = (uint16_t)(MNL_ATTR_HDRLEN + len);
    char *payload = mnl_attr_get_payload(attr);
    memcpy(payload, data, len);
    memset(payload + len, 0, MNL_ALIGN(len) - len);
    nlh->nlmsg_len += (uint32_t)MNL_ALIGN(attr->nla_len);
}

void mnl_attr_put_u8(struct nlmsghdr *nlh, uint16_t type, uint8_t data) { mnl_attr_put(nlh, type, sizeof data, &data); }

void mnl_attr_put_u16(struct nlmsghdr *nlh, uint16_t type, uint16_t data) { mnl_attr_put(nlh, type, sizeof data, &data); }

void mnl_attr_put_u32(struct nlmsghdr *nlh, uint16_t type, uint32_t data) { mnl_attr_put(nlh, type, sizeof data, &data); }

void mnl_attr_put_u64(struct nlmsghdr *nlh, uint16_t type, uint64_t data) { mnl_attr_put(nlh, type, sizeof data, &data); }

void mnl_attr_put_str(struct nlmsghdr *nlh, uint16_t type, const char *data) {
    mnl_attr_put(nlh, type, strlen(data), data);
}

void mnl_attr_put_strz(struct nlmsghdr *nlh, uint16_t type, const char *data) {
    mnl_attr_put(nlh, type, strlen(data) + 1, data);
}

static bool fits(const struct nlmsghdr *nlh, size_t buflen, size_t len) {
    return nlh->nlmsg_len + MNL_ATTR_HDRLEN + MNL_ALIGN(len) <= buflen;
}

bool mnl_attr_put_check(struct nlmsghdr *nlh, size_t buflen, uint16_t type, size_t len, const void *data) {
    if (!fits(nlh, buflen, len)) return false;
    mnl_attr_put(nlh, type, len, data);
    return true;
}

bool mnl_attr_put_u8_check(struct nlmsghdr *nlh, size_t buflen, uint16_t type, uint8_t data) {
    return mnl_attr_put_check(nlh, buflen, type, sizeof data, &data);
}

bool mnl_attr_put_u16_check(struct nlmsghdr *nlh, size_t buflen, uint16_t type, uint16_t data) {
    return mnl_attr_put_check(nlh, buflen, type, sizeof data, &data);
}

bool mnl_attr_put_u32_check(struct nlmsghdr *nlh, size_t buflen, uint16_t type, uint32_t data) {
    return mnl_attr_put_check(nlh, buflen, type, sizeof data, &data);
}

bool mnl_attr_put_strz_check(struct nlmsghdr *nlh, size_t buflen, uint16_t type, const char *data) {
    return mnl_attr_put_check(nlh, buflen, type, strlen(data) + 1, data);
}

struct nlattr *mnl_attr_nest_start(struct nlmsghdr *nlh, uint16_t type) {
    struct nlattr *start = tail(nlh);
    start->nla_type = NLA_F_NESTED | type;
    nlh->nlmsg_len += (uint32_t)MNL_ALIGN(sizeof *start);
    return start;
}

struct nlattr *mnl_attr_nest_start_check(struct nlmsghdr *nlh, size_t buflen, uint16_t type) {
    return fits(nlh, buflen, 0) ? mnl_attr_nest_start(nlh, type) : NULL;
}

void mnl_attr_nest_end(struct nlmsghdr *nlh, struct nlattr *start) {
    start->nla_len = (uint16_t)((char *)tail(nlh) - (char *)start);
}

// Messages

bool mnl_nlmsg_ok(const struct nlmsghdr *nlh, int len) {
    return len >= (int)sizeof *nlh && nlh->nlmsg_len >= sizeof *nlh && (int)nlh->nlmsg_len <= len;
}

void *mnl_nlmsg_get_payload(const struct nlmsghdr *nlh) { return (char *)nlh + MNL_NLMSG_HDRLEN; }

size_t mnl_nlmsg_get_payload_len(const struct nlmsghdr *nlh) { return nlh->nlmsg_len - MNL_NLMSG_HDRLEN; }

struct nlmsghdr *mnl_nlmsg_put_header(void *buf) {
    struct nlmsghdr *nlh = memset(buf, 0, MNL_NLMSG_HDRLEN);
    nlh->nlmsg_len = MNL_NLMSG_HDRLEN;
    return nlh;
}

void *mnl_nlmsg_put_extra_header(struct nlmsghdr *nlh, size_t size) {
    char *end = (char *)nlh + nlh->nlmsg_len;
    nlh->nlmsg_len += (uint32_t)MNL_ALIGN(size);
    return memset(end, 0, MNL_ALIGN(size));
}

// Sockets

struct mnl_socket {
    int fd;
};

struct mnl_socket *mnl_socket_open2(int bus, int flags) {
    struct mnl_socket *nl = malloc(sizeof *nl);
    if (!nl) return NULL;
    nl->fd = socket(AF_NETLINK, SOCK_RAW | flags, bus);
    if (nl->fd >= 0) return nl;
    free(nl);
    return NULL;
}

int mnl_socket_get_fd(const struct mnl_socket *nl) { return nl->fd; }

ssize_t mnl_socket_sendto(const struct mnl_socket *nl, const void *req, size_t siz) {
    static const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    return sendto(nl->fd, req, siz, 0, (const struct sockaddr *)&kernel, sizeof kernel);
}

int mnl_socket_setsockopt(const struct mnl_socket *nl, int type, void *buf, socklen_t len) {
    return setsockopt(nl->fd, SOL_NETLINK, type, buf, len);
}

int mnl_socket_close(struct mnl_socket *nl) {
    int result = close(nl->fd);
    free(nl);
    return result;
}
