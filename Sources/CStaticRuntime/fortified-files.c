// The checked functions (see fortified.c) that read into a buffer: from files, sockets and the system. A call that could read
// more than fits ends the program, even if there is less to read.
#include "fortified.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/select.h>
#include <unistd.h>

// Streams

char *__fgets_chk(char *to, size_t size, int most, FILE *file) {
    require(most <= 0 || (size_t)most <= size);
    return fgets(to, most, file);
}

char *__fgets_unlocked_chk(char *to, size_t size, int most, FILE *file) { return __fgets_chk(to, size, most, file); }

size_t __fread_chk(void *to, size_t size, size_t length, size_t count, FILE *file) {
    size_t all;
    require(!__builtin_mul_overflow(length, count, &all) && all <= size);
    return fread(to, length, count, file);
}

size_t __fread_unlocked_chk(void *to, size_t size, size_t length, size_t count, FILE *file) {
    return __fread_chk(to, size, length, count, file);
}

// Descriptors

ssize_t __read_chk(int fd, void *to, size_t count, size_t size) {
    require(count <= size);
    return read(fd, to, count);
}

ssize_t __pread_chk(int fd, void *to, size_t count, off_t offset, size_t size) {
    require(count <= size);
    return pread(fd, to, count, offset);
}

ssize_t __pread64_chk(int fd, void *to, size_t count, off_t offset, size_t size) {
    return __pread_chk(fd, to, count, offset, size);
}

ssize_t __recv_chk(int fd, void *to, size_t count, size_t size, int flags) {
    require(count <= size);
    return recv(fd, to, count, flags);
}

ssize_t __recvfrom_chk(
    int fd, void *to, size_t count, size_t size, int flags, struct sockaddr *sender, socklen_t *length
) {
    require(count <= size);
    return recvfrom(fd, to, count, flags, sender, length);
}

int __poll_chk(struct pollfd *fds, nfds_t count, int timeout, size_t size) {
    require(count <= size / sizeof *fds);
    return poll(fds, count, timeout);
}

int __ppoll_chk(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask, size_t size) {
    require(count <= size / sizeof *fds);
    return ppoll(fds, count, timeout, mask);
}

/// The index of the fd_set's word that holds the descriptor's bit.
long __fdelt_chk(long fd) {
    require(fd >= 0 && fd < FD_SETSIZE);
    return fd / (8 * (long)sizeof(long));
}

long __fdelt_warn(long fd) { return __fdelt_chk(fd); }

// Paths

ssize_t __readlink_chk(const char *path, char *to, size_t count, size_t size) {
    require(count <= size);
    return readlink(path, to, count);
}

ssize_t __readlinkat_chk(int folder, const char *path, char *to, size_t count, size_t size) {
    require(count <= size);
    return readlinkat(folder, path, to, count);
}

char *__realpath_chk(const char *path, char *to, size_t size) {
    require(size >= PATH_MAX);
    return realpath(path, to);
}

char *__getcwd_chk(char *to, size_t count, size_t size) {
    require(count <= size);
    return getcwd(to, count);
}

char *__getwd_chk(char *to, size_t size) { return getcwd(to, size < PATH_MAX ? size : PATH_MAX); }

/// Only for flags that make no file: the call has no mode for a new one.
int __openat_2(int folder, const char *path, int flags) {
    require(!(flags & O_CREAT) && (flags & O_TMPFILE) != O_TMPFILE);
    return openat(folder, path, flags);
}

int __openat64_2(int folder, const char *path, int flags) { return __openat_2(folder, path, flags); }

int __open_2(const char *path, int flags) { return __openat_2(AT_FDCWD, path, flags); }

int __open64_2(const char *path, int flags) { return __openat_2(AT_FDCWD, path, flags); }

// What the system says

size_t __confstr_chk(int name, char *to, size_t count, size_t size) {
    require(count <= size);
    return confstr(name, to, count);
}

int __getgroups_chk(int count, gid_t *to, size_t size) {
    require(count <= 0 || (size_t)count <= size / sizeof *to);
    return getgroups(count, to);
}

int __gethostname_chk(char *to, size_t count, size_t size) {
    require(count <= size);
    return gethostname(to, count);
}

int __getdomainname_chk(char *to, size_t count, size_t size) {
    require(count <= size);
    return getdomainname(to, count);
}

int __getlogin_r_chk(char *to, size_t count, size_t size) {
    require(count <= size);
    return getlogin_r(to, count);
}

int __ttyname_r_chk(int fd, char *to, size_t count, size_t size) {
    require(count <= size);
    return ttyname_r(fd, to, count);
}

int __ptsname_r_chk(int fd, char *to, size_t count, size_t size) {
    require(count <= size);
    return ptsname_r(fd, to, count);
}
