// C functions that Swift cannot import itself: variadic ones, macros, and those behind _GNU_SOURCE.
// Embedded Swift has no module for the C library, so this header includes the plain ones as well.
#pragma once

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/types.h>
#include <sys/utsname.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

/// The calling thread's errno, which is a macro in C.
int linux_errno(void);

/// The symbol of an error number, such as "EPERM", or "" for one the C library does not know.
const char *linux_errno_name(int number);

/// open(2) with O_CLOEXEC always set; variadic in C.
int linux_open(const char *path, int flags);

/// Opens a log file to append; creates it with mode 0600. -1 with errno; EINVAL for anything but a regular file.
int linux_open_to_append(const char *path);

/// setns(2) of the calling thread into a network namespace.
int linux_setns_network(int fd);

/// unshare(2) of the calling thread into a new, empty network namespace.
int linux_unshare_network(void);

/// 1 if the descriptor is a network namespace, 0 if it is anything else, -1 with errno if that cannot be told.
int linux_is_network_namespace(int fd);

/// open(2) of a regular file to read, by a path of which no part may be a symbolic link (ELOOP); EINVAL for another file.
int linux_open_file_without_links(const char *path);
/// opendir(3) of a path of which no part may be a symbolic link (ELOOP, ENOTDIR).
DIR *linux_open_folder_without_links(const char *path);

/// Opens a namespace's file, and nothing that is none (EINVAL). Symbolic links are followed, or refused (ELOOP). A file
/// descriptor, close-on-exec, or -1 with errno.
int linux_open_namespace_file(const char *path, int follow);

/// The owner of the user namespace that a namespace belongs to, NS_GET_USERNS and NS_GET_OWNER_UID: 0, or -1 with errno.
int linux_namespace_owner(int fd, unsigned *user);

/// The network namespace a socket was opened in, as a descriptor (close-on-exec), or -1 with errno.
int linux_socket_namespace(int fd);

/// SO_NETNS_COOKIE, Linux 5.14: the number of the network namespace of a socket, which no later one gets. 0, or -1 with errno.
int linux_socket_namespace_cookie(int fd, uint64_t *cookie);

/// SOCK_CLOEXEC, which is a macro in one C library and an enumeration in another.
enum { LINUX_CLOSE_ON_EXEC = SOCK_CLOEXEC };

/// connect(2) of a netlink socket to the kernel: it then refuses what others send to it. 0, or -1 with errno.
int linux_connect_to_kernel(int fd);

/// recvfrom(2) of a netlink socket, without waiting: the datagram's full length, even if larger than the buffer, or -1 with errno.
/// `sender` gets the port id that sent it; the kernel's is 0.
ssize_t linux_receive(int fd, void *buffer, size_t size, unsigned *sender);

/// flock(2), exclusive and without waiting: 0, or -1 with EWOULDBLOCK while another holds it.
int linux_try_lock(int fd);

/// open(2) of a file to lock, which is created if `creating`, for its owner alone: a descriptor, or -1 with errno.
int linux_open_lock(const char *path, int creating);

/// F_OFD_SETLK of fcntl(2) on one byte, which need not exist, exclusive and without waiting: 0, or -1 with EAGAIN while another
/// open file holds it.
int linux_try_lock_byte(int fd, unsigned long long place);

/// readdir(3); errno is 0 at the end.
struct dirent *linux_next_entry(DIR *directory);

/// open(2) of a directory; fails if the path's last part is a symbolic link.
int linux_open_directory(const char *path);

/// openat(2) of a folder in a folder; fails if it is a symbolic link (ENOTDIR or ELOOP).
int linux_open_folder_at(int folder, const char *name);

/// openat(2) of a file in a folder, to read and without waiting for a FIFO's writer; fails if it is a symbolic link (ELOOP).
int linux_open_file_at(int folder, const char *name);

/// openat(2) of a new file in a folder, to write; EEXIST if anything has that name.
int linux_create_at(int folder, const char *name);

/// Ignores SIGPIPE: a write to a pipe without a reader fails with EPIPE and does not end the process. Another program that is
/// executed later gets the signal as this one got it.
void linux_ignore_broken_pipes(void);

/// Sets no_new_privs, prctl(2), and gives up all capabilities but those that the work in network namespaces needs,
/// capabilities(7). Neither can be undone.
void linux_give_up_privileges(void);

/// Mounts a folder of a read-only mount on itself and makes that writable, mount(2); nothing if it is not read-only. 0, or -1 with
/// errno.
int linux_make_writable(const char *path);

/// Whether /proc is the kernel's, proc(5).
int linux_has_proc(void);

/// The number of the program's arguments, its name included.
int linux_argument_count(void);

/// The argument at `index`, or NULL beyond the last.
const char *linux_argument(int index);

/// The path by which this program was executed, getauxval(3); NULL if the kernel does not say.
const char *linux_executed_path(void);

/// execv(2) of `path` with this program's arguments, in which `path` replaces the name, and with the signals as this program got
/// them. Returns only on failure: -1 with errno.
int linux_execute_with_arguments(const char *path);

/// execv(2) of `path` with this program's arguments from that one on. Returns only on failure: -1 with errno.
int linux_execute_with_arguments_from(const char *path, int first);

/// fork(2), which Swift does not import. Until linux_wait SIGCHLD has its default action: the kernel would forget how the child
/// ended if this program was started with the signal ignored.
int linux_fork(void);

/// waitpid(2): the exit status, or 128 plus the signal that ended the process, or -1 with errno.
int linux_wait(int pid);

/// Opens the process's folder in /proc. What is read through it is of that process, or fails once it has ended, even if the id
/// is reused.
int linux_open_process(int pid);

/// openat(2), read-only and close-on-exec.
int linux_open_at(int folder, const char *path);

/// A socket connected to the stream socket at `path`, unix(7), close-on-exec. Each send or receive waits at most `seconds`; with 0
/// the socket is non-blocking, and nothing is waited for. -1 with errno; EAGAIN if the other end has too many who wait.
int linux_connect(const char *path, int seconds);

/// A socket connected to the journal, whose native protocol is spoken there, or else to the system's log, syslog(3); sending never
/// waits. -1 with errno.
int linux_open_system_log(int *is_journal);

/// A table of iptables-legacy: the offset of the first entry of each hook, by its NF_INET_ number, and the entries' bytes.
struct linux_xtable_info {
    unsigned entries[5];
    unsigned size;
};

#define LINUX_XTABLE_NO_HOOK 0xffffffffU

/// IPT_SO_GET_INFO in the calling thread's namespace: 0, or -1 with errno. The kernel creates a missing table.
int linux_xtable_info(int is_ipv6, const char *table, struct linux_xtable_info *result);

/// IPT_SO_GET_ENTRIES: 0, or -1 with errno; EAGAIN if the table no longer has that size.
int linux_xtable_entries(int is_ipv6, const char *table, void *entries, unsigned size);
/// The terminal's size in characters: 0, or -1 if it has none.
int linux_terminal_size(int fd, int *rows, int *columns);

/// Makes the terminal pass on each key at once without echo, until linux_terminal_restore; termios(3). 0, or -1 with errno.
int linux_terminal_read_keys(int fd);

/// Restores the terminal's mode from before linux_terminal_read_keys.
void linux_terminal_restore(int fd);

/// Blocks the signals that a program on a terminal gets (SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH), and opens a
/// non-blocking descriptor to read them from, signalfd(2).
int linux_open_signals(void);

/// The next signal's number from that descriptor; 0 if none is pending.
int linux_read_signal(int fd);

/// poll(2) for reading: 1 if the first is ready, 2 if the second, 3 if both, 0 after the time, -1 with errno. A negative
/// descriptor is never ready.
int linux_wait_to_read(int first, int second, int milliseconds);

/// Ends the process by the signal's default action.
void linux_end_by_signal(int number);

/// Stops the process until somebody continues it.
void linux_stop(void);

/// After `seconds`, writes `text` and exits, with the descriptor and the status that linux_report_crash was given. alarm(2).
/// `text` must live as long as the process.
void linux_limit_time(unsigned seconds, const char *text);

/// The text that linux_end_without_memory writes. It must live as long as the process.
void linux_limit_memory(const char *text);

/// Writes that text and exits, as a crash does, but without an address: too little memory is no defect. The static programs'
/// allocator calls it where Swift asks for memory, which takes no refusal.
void linux_end_without_memory(void);

/// Sets the exit status for a later fatal signal, time limit or lack of memory.
void linux_set_crash_status(int status);

/// On a fatal signal (SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT; a failed Swift precondition is one) writes to `fd` `before`,
/// the instruction's address relative to the program's start, `after`, `version` and `end`. Then exits with `status`. Calls only
/// async-signal-safe functions. The texts must live as long as the process, except `version`: its first 31 bytes are copied.
void linux_report_crash(
    int fd, const char *before, const char *after, const char *version, const char *end, int status);

/// Sends an empty datagram by an interface to an IPv6 address's discard port (RFC 863), so that the kernel solicits the
/// neighbour. `source` and `target` are 16 bytes in network byte order. 0, or -1 with errno.
int linux_send_discard(unsigned interface, const void *source, const void *target);

/// Sends a neighbour solicitation (RFC 4861 section 4.3) from the unspecified address, as duplicate address detection does.
/// `target` is 16 bytes in network byte order. 0, or -1 with errno.
int linux_solicit_neighbour(unsigned interface, const void *target);

/// A netlink socket that receives events: close-on-exec, non-blocking, with a receive buffer of `buffer` bytes (twice that for the
/// kernel's own count; at most net.core.rmem_max without CAP_NET_ADMIN), in those multicast groups. -1 with errno.
int linux_open_events(int protocol, const int *groups, int count, int buffer);

/// SO_RCVBUFFORCE, or what is allowed of it without CAP_NET_ADMIN.
void linux_enlarge_buffer(int fd, int buffer);

/// NETLINK_LISTEN_ALL_NSID: events of every namespace that has an id in the socket's. 0, or -1 with EPERM without
/// CAP_NET_BROADCAST.
int linux_listen_in_all_namespaces(int fd);

/// Has the kernel drop before they are queued: routes that are no default routes, and neighbours in other states than NUD_FAILED.
/// A classic BPF filter, socket(7). 0, or -1 with errno.
int linux_filter_route_events(int fd);

/// recvmsg(2) of one datagram of events, without waiting: its length, 0 for one that did not come from the kernel, or -1 with errno
/// (ENOBUFS: events are lost; EMSGSIZE: it was larger than the buffer). `namespace_id` gets the id of the namespace that it is
/// about, -1 for the socket's own.
ssize_t linux_receive_event(int fd, void *buffer, size_t size, int *namespace_id);

/// The address of a netlink socket, by which the kernel says who asked for a change; 0 before it has one.
unsigned linux_netlink_port(int fd);

/// inotify(7): a descriptor, close-on-exec and non-blocking, or -1 with errno.
int linux_open_folder_events(void);

/// Watches a folder, and no symbolic link, for names that appear: its number, or -1 with errno.
int linux_watch_folder(int fd, const char *path);

/// read(2) of folder events: bytes, or -1 with errno (EAGAIN if there are none).
ssize_t linux_read_folder_events(int fd, void *buffer, size_t size);

enum { LINUX_FOLDER_NEW, LINUX_FOLDER_GONE, LINUX_FOLDER_LOST };

/// The first event in a buffer: its size there, or 0 if there is none. `what` gets LINUX_FOLDER_NEW for a name that appeared, _GONE
/// if the folder is watched no more, _LOST if events are lost.
size_t linux_folder_event(const void *buffer, size_t size, int *folder, unsigned *what, const char **name);

enum { LINUX_MOST_POLLED = 64 };

/// poll(2) for reading of at most LINUX_MOST_POLLED descriptors: how many are ready, 0 after the time, -1 with errno. `ready` gets 1
/// for each that is. A negative descriptor is never ready.
int linux_poll(const int *fds, unsigned char *ready, int count, int milliseconds);

/// A listening stream socket at `path`, unix(7), close-on-exec and non-blocking, whose file has that mode. It replaces one that is
/// there. -1 with errno.
int linux_listen(const char *path, unsigned mode);

/// accept4(2), close-on-exec and non-blocking.
int linux_accept(int fd);

/// Whether the peer of a stream socket is root or, if `has_group`, in that group; SO_PEERCRED and SO_PEERGROUPS of unix(7).
int linux_peer_may(int fd, unsigned group, int has_group);

/// recv(2) and send(2) that do not wait and raise no signal.
ssize_t linux_receive_now(int fd, void *buffer, size_t size);
ssize_t linux_send_now(int fd, const void *bytes, size_t size);

/// renameat2(2) to a name that nothing has: 0, or -1 with EEXIST if something has it.
int linux_rename_to_new(const char *from, const char *to);

/// Sends a datagram to the service manager, sd_notify(3), with a descriptor unless that is negative. 0, or -1 with errno.
int linux_notify(const char *path, const char *text, int attached);

/// Writes a file under another name in its folder and renames it, so that a reader sees all or nothing. 0, or -1 with errno.
int linux_replace_file(const char *path, const char *temporary, const void *bytes, size_t size);

enum { LINUX_PROBE_PING, LINUX_PROBE_TCP, LINUX_PROBE_UDP };
enum { LINUX_MOST_PROBES = 512 };

/// A socket to see by whether an address answers: a raw one for ICMP or ICMPv6, a stream whose closing sends a reset, or one for
/// datagrams. Close-on-exec and non-blocking. `size`: of the address, 4 or 16 bytes. -1 with errno.
int linux_open_probe(int kind, size_t size);

/// SO_BINDTODEVICE, socket(7). 0, or -1 with errno.
int linux_bind_device(int fd, const char *name, size_t size);

/// bind(2) to an address of 4 or 16 bytes in network byte order, and to any free port. `interface`: of an address that is only
/// valid on a link, else 0. 0, or -1 with errno.
int linux_bind_address(int fd, const void *address, size_t size, unsigned interface);

/// connect(2) to such an address. 0, or -1 with errno.
int linux_connect_address(int fd, const void *address, size_t size, unsigned port, unsigned interface);

/// The port that a socket is bound to, or -1 with errno.
int linux_own_port(int fd);

/// SO_ERROR: what became of a connection, 0 if it stands.
int linux_socket_error(int fd);

/// Whether a TCP socket has sent anything twice, by TCP_INFO.
int linux_has_retransmitted(int fd);

/// Receives one datagram without waiting, and sends it back if it starts with those bytes. 0 if there was none, else 1.
int linux_echo_datagram(int fd, const void *start, size_t size);

/// poll(2) of at most LINUX_MOST_PROBES descriptors, for writing where `connecting`, else for reading: how many are ready, 0 after
/// the time, -1 with errno. `ready` gets 1 for each that is or that has failed.
int linux_poll_probes(const int *fds, const unsigned char *connecting, unsigned char *ready, int count, int milliseconds);
