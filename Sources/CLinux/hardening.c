#include "linux_c.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

// Bits of the first word; the second has none of them.
enum {
    // Netlink, sysctls of a namespace, SIOCGSKNS.
    administer_networks = 1 << CAP_NET_ADMIN,
    // Packet sockets, which ask for a gateway.
    send_packets = 1 << CAP_NET_RAW,
    // setns(2).
    enter_namespaces = 1 << CAP_SYS_ADMIN,
    // /proc/PID/ns of a process with other users or more capabilities.
    look_at_processes = 1 << CAP_SYS_PTRACE,
    // Log files, policies and folders below /run that are not root's.
    read_any_file = 1 << CAP_DAC_READ_SEARCH,
    use_any_file = 1 << CAP_DAC_OVERRIDE,
    needed = administer_networks | send_packets | enter_namespaces | look_at_processes | read_any_file | use_any_file
};

void linux_give_up_privileges(void) {
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct kept[2] = {{.effective = needed, .permitted = needed}}, owned[2];
    if (syscall(SYS_capset, &header, kept) == 0) return;
    // The process does not have all of them: it keeps those that it has.
    if (syscall(SYS_capget, &header, owned) != 0) return;
    kept[0].permitted &= owned[0].permitted;
    kept[0].effective = kept[0].permitted & owned[0].effective;
    syscall(SYS_capset, &header, kept);
}
