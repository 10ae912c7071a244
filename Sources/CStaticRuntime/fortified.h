// The checked functions that fortified.c and fortified-files.c have, as glibc declares them.
#pragma once

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <time.h>

/// Traps unless `fits`, so that the crash report has the address.
static inline __attribute__((always_inline)) void require(bool fits) {
    if (!fits) __builtin_trap();
}

_Noreturn void __chk_fail(void);

void *__memcpy_chk(void *to, const void *from, size_t count, size_t size);
void *__memmove_chk(void *to, const void *from, size_t count, size_t size);
void *__mempcpy_chk(void *to, const void *from, size_t count, size_t size);
void *__memset_chk(void *to, int value, size_t count, size_t size);
void __explicit_bzero_chk(void *to, size_t count, size_t size);

char *__stpcpy_chk(char *to, const char *from, size_t size);
char *__strcpy_chk(char *to, const char *from, size_t size);
char *__stpncpy_chk(char *to, const char *from, size_t most, size_t size);
char *__strncpy_chk(char *to, const char *from, size_t most, size_t size);
char *__strcat_chk(char *to, const char *from, size_t size);
char *__strncat_chk(char *to, const char *from, size_t most, size_t size);
size_t __strlcpy_chk(char *to, const char *from, size_t most, size_t size);
size_t __strlcat_chk(char *to, const char *from, size_t most, size_t size);

int __vsnprintf_chk(char *to, size_t most, int flag, size_t size, const char *format, va_list values);
int __snprintf_chk(char *to, size_t most, int flag, size_t size, const char *format, ...);
int __vsprintf_chk(char *to, int flag, size_t size, const char *format, va_list values);
int __sprintf_chk(char *to, int flag, size_t size, const char *format, ...);
int __vasprintf_chk(char **to, int flag, const char *format, va_list values);
int __asprintf_chk(char **to, int flag, const char *format, ...);
int __vfprintf_chk(FILE *file, int flag, const char *format, va_list values);
int __fprintf_chk(FILE *file, int flag, const char *format, ...);
int __vprintf_chk(int flag, const char *format, va_list values);
int __printf_chk(int flag, const char *format, ...);
int __vdprintf_chk(int fd, int flag, const char *format, va_list values);
int __dprintf_chk(int fd, int flag, const char *format, ...);
void __vsyslog_chk(int priority, int flag, const char *format, va_list values);
void __syslog_chk(int priority, int flag, const char *format, ...);

char *__fgets_chk(char *to, size_t size, int most, FILE *file);
char *__fgets_unlocked_chk(char *to, size_t size, int most, FILE *file);
size_t __fread_chk(void *to, size_t size, size_t length, size_t count, FILE *file);
size_t __fread_unlocked_chk(void *to, size_t size, size_t length, size_t count, FILE *file);

ssize_t __read_chk(int fd, void *to, size_t count, size_t size);
ssize_t __pread_chk(int fd, void *to, size_t count, off_t offset, size_t size);
ssize_t __pread64_chk(int fd, void *to, size_t count, off_t offset, size_t size);
ssize_t __recv_chk(int fd, void *to, size_t count, size_t size, int flags);
ssize_t __recvfrom_chk(
    int fd, void *to, size_t count, size_t size, int flags, struct sockaddr *sender, socklen_t *length);
int __poll_chk(struct pollfd *fds, nfds_t count, int timeout, size_t size);
int __ppoll_chk(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask, size_t size);
long __fdelt_chk(long fd);
long __fdelt_warn(long fd);

ssize_t __readlink_chk(const char *path, char *to, size_t count, size_t size);
ssize_t __readlinkat_chk(int folder, const char *path, char *to, size_t count, size_t size);
char *__realpath_chk(const char *path, char *to, size_t size);
char *__getcwd_chk(char *to, size_t count, size_t size);
char *__getwd_chk(char *to, size_t size);
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int folder, const char *path, int flags);
int __openat64_2(int folder, const char *path, int flags);

size_t __confstr_chk(int name, char *to, size_t count, size_t size);
int __getgroups_chk(int count, gid_t *to, size_t size);
int __gethostname_chk(char *to, size_t count, size_t size);
int __getdomainname_chk(char *to, size_t count, size_t size);
int __getlogin_r_chk(char *to, size_t count, size_t size);
int __ttyname_r_chk(int fd, char *to, size_t count, size_t size);
int __ptsname_r_chk(int fd, char *to, size_t count, size_t size);
