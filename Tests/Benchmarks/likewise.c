// What the reference calls of libmnl beside what Sources/CStaticRuntime/libmnl.c has, so that it can be linked as the plugin is.
#include <errno.h>
#include <libmnl/libmnl.h>

void *mnl_nlmsg_get_payload_offset(const struct nlmsghdr *nlh, size_t offset) {
    return (char *)mnl_nlmsg_get_payload(nlh) + MNL_ALIGN(offset);
}

void *mnl_nlmsg_get_payload_tail(const struct nlmsghdr *nlh) { return (char *)nlh + MNL_ALIGN(nlh->nlmsg_len); }

ssize_t mnl_socket_recvfrom(const struct mnl_socket *nl, void *buf, size_t size) {
    return recv(mnl_socket_get_fd(nl), buf, size, 0);
}

int mnl_cb_run(const void *buf, size_t size, unsigned seq, unsigned portid, mnl_cb_t callback, void *data) {
    const struct nlmsghdr *nlh = buf;
    int left = (int)size, result = MNL_CB_OK;
    (void)portid;
    for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_get_payload_tail(nlh)) {
        left -= (int)MNL_ALIGN(nlh->nlmsg_len);
        if (seq && nlh->nlmsg_seq != seq) {
            errno = EPROTO;
            return MNL_CB_ERROR;
        }
        if (nlh->nlmsg_type == NLMSG_ERROR) {
            errno = -((const struct nlmsgerr *)mnl_nlmsg_get_payload(nlh))->error;
            return errno ? MNL_CB_ERROR : MNL_CB_STOP;
        }
        if (nlh->nlmsg_type == NLMSG_DONE) return MNL_CB_STOP;
        if (callback && (result = callback(nlh, data)) <= MNL_CB_STOP) break;
    }
    return result;
}

// Never called: libnftnl's, for parsing whole objects and for asking whether the kernel knows batches.
static void never(void) { __builtin_trap(); }
#define ABSENT(name) __typeof__(name) name __attribute__((alias("never")));
ABSENT(mnl_attr_parse)
ABSENT(mnl_nlmsg_batch_current)
ABSENT(mnl_nlmsg_batch_head)
ABSENT(mnl_nlmsg_batch_next)
ABSENT(mnl_nlmsg_batch_size)
ABSENT(mnl_nlmsg_batch_start)
ABSENT(mnl_nlmsg_batch_stop)
ABSENT(mnl_socket_bind)
ABSENT(mnl_socket_get_portid)
ABSENT(mnl_socket_open)
