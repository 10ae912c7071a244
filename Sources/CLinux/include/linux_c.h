// The C functions that Swift cannot import itself: variadic ones, macros, and those behind _GNU_SOURCE.
// Embedded Swift has no module for the C library, so the plain ones come through here as well.
#pragma once

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
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

/// errno of the calling thread, which is a macro in C.
int linux_errno(void);

/// The symbol of an error number, such as "EPERM", or "" for one the C library does not know.
const char *linux_errno_name(int number);

/// open(2) with O_CLOEXEC always set; variadic in C.
int linux_open(const char *path, int flags);

/// open(2) of a log file, which is made if there is none, readable and writable by its owner alone.
int linux_open_to_append(const char *path);

/// setns(2) into a network namespace.
int linux_setns_network(int fd);

/// 1 if the descriptor is a network namespace, 0 if it is anything else, -1 with errno if it cannot be asked.
int linux_is_network_namespace(int fd);

/// The network namespace a socket was opened in, as a descriptor (close-on-exec), or -1 with errno.
int linux_socket_namespace(int fd);

/// SOCK_CLOEXEC, which one C library has as a macro and another as an enumeration.
enum { LINUX_CLOSE_ON_EXEC = SOCK_CLOEXEC };

/// recvfrom(2) of a netlink socket: the length of the datagram, also where it is larger than the buffer, or -1 with errno.
/// `sender` is the port that it comes from, 0 the kernel's.
ssize_t linux_receive(int fd, void *buffer, size_t size, int waiting, unsigned *sender);

/// flock(2), exclusive and without waiting: 0, or -1 with EWOULDBLOCK while another holds it.
int linux_try_lock(int fd);

/// flock(2), exclusive: 0, or -1 with errno.
int linux_lock(int fd);

/// open(2) of a directory that is no symbolic link.
int linux_open_directory(const char *path);

/// Ends writing to a pipe nobody reads with EPIPE instead of the process.
void linux_ignore_broken_pipes(void);

/// The program's own arguments, its name among them.
int linux_argument_count(void);

/// The argument at `index`, or NULL beyond the last.
const char *linux_argument(int index);

/// execv(2) with this program's arguments and `path` in the place of its name: -1 with errno if that fails.
int linux_execute_with_arguments(const char *path);

/// fork(2), which Swift's importer leaves out.
int linux_fork(void);

/// waitpid(2): the exit status, 128 and the signal that ended it, or -1 with errno.
int linux_wait(int pid);

/// Opens the process's folder below /proc: whatever is read through it is of that process, or not there any more.
int linux_open_process(int pid);

/// openat(2), read-only and close-on-exec.
int linux_open_at(int folder, const char *path);

/// A socket that is connected to the stream socket at that path, unix(7); sending and receiving wait no longer than that.
int linux_connect(const char *path, int seconds);

/// A socket that is connected to the system's log, syslog(3); nothing sent to it ever waits.
int linux_open_system_log(void);

/// Where a table of iptables-legacy begins for each hook, by its NF_INET_ number, and how many bytes its entries take.
struct linux_xtable_info {
    unsigned entries[5];
    unsigned size;
};

#define LINUX_XTABLE_NO_HOOK 0xffffffffU

/// IPT_SO_GET_INFO of the calling thread's namespace: 0, or -1 with errno. Makes a table that is not there yet.
int linux_xtable_info(int is_ipv6, const char *table, struct linux_xtable_info *result);

/// IPT_SO_GET_ENTRIES: 0, or -1 with errno; EAGAIN if the table has not that size any more.
int linux_xtable_entries(int is_ipv6, const char *table, void *entries, unsigned size);
/// The terminal's size in characters: 0, or -1 where it has none.
int linux_terminal_size(int fd, int *rows, int *columns);

/// Has the terminal hand over each key as it is pressed, and not show it, until linux_terminal_restore. termios(3).
int linux_terminal_read_keys(int fd);

/// Gives the terminal back as linux_terminal_read_keys found it.
void linux_terminal_restore(int fd);

/// Blocks the signals that a program on a terminal gets (SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH) and opens
/// a descriptor that tells of them, signalfd(2).
int linux_open_signals(void);

/// The number of the next signal from that descriptor, 0 if there is none.
int linux_read_signal(int fd);

/// poll(2) for either: 1 for the first, 2 for the second, 3 for both, 0 when the time has passed, -1 with errno. A negative
/// descriptor is never ready.
int linux_wait_to_read(int first, int second, int milliseconds);

/// Ends the process as the signal would have.
void linux_end_by_signal(int number);

/// Stops the process until somebody continues it.
void linux_stop(void);

/// Writes `text` and exits as after a crash, to the descriptor and with the status that linux_report_crash was given, when
/// that many seconds have passed. alarm(2).
void linux_limit_time(unsigned seconds, const char *text);

/// The exit status after a fatal signal or too long a time from now on.
void linux_set_crash_status(int status);

/// On a fatal signal (SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT: a Swift precondition that failed among them)
/// writes `before`, the address of the instruction less the program's own start, `after`, `version` and `end` to `fd`, then
/// exits with `status`. Only async-signal-safe functions are called. All but the version, of which 31 bytes are kept, must
/// live as long as the process.
void linux_report_crash(
    int fd, const char *before, const char *after, const char *version, const char *end, int status);

/// Sends an empty datagram to the discard port (RFC 863) of an IPv6 address by an interface, so that the kernel asks where its
/// neighbour is. `source` and `target` are of 16 bytes in network byte order. 0, or -1 with errno.
int linux_send_discard(unsigned interface, const void *source, const void *target);

/// Sends a neighbour solicitation (RFC 4861 section 4.3) from the unspecified address, as duplicate address detection does.
/// `target` is of 16 bytes in network byte order. 0, or -1 with errno.
int linux_solicit_neighbour(unsigned interface, const void *target);
