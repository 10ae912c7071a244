// The checked functions that archives compiled for glibc with _FORTIFY_SOURCE call, and that musl lacks. libnftnl.a is such an
// archive; which functions it calls changes with a distribution's release. Each function is given the buffer's size, and ends
// the program before it writes what does not fit. The linker leaves out those that are not called.
//
// The whole family is here and in fortified-files.c, except wide characters, obstacks, message queues and longjmp, whose buffer
// has another layout. glibc's other checks, such as for %n in a writable format, are not made.
#include "fortified.h"

#include <limits.h>
#include <stdarg.h>
#include <string.h>
#include <syslog.h>

void __chk_fail(void) { __builtin_trap(); }

// Memory

void *__memcpy_chk(void *to, const void *from, size_t count, size_t size) {
    require(count <= size);
    return memcpy(to, from, count);
}

void *__memmove_chk(void *to, const void *from, size_t count, size_t size) {
    require(count <= size);
    return memmove(to, from, count);
}

void *__mempcpy_chk(void *to, const void *from, size_t count, size_t size) {
    require(count <= size);
    return (char *)memcpy(to, from, count) + count;
}

void *__memset_chk(void *to, int value, size_t count, size_t size) {
    require(count <= size);
    return memset(to, value, count);
}

void __explicit_bzero_chk(void *to, size_t count, size_t size) {
    require(count <= size);
    explicit_bzero(to, count);
}

// Strings

/// Not __stpcpy_chk: compilers turn that into __strcpy_chk, which would then call itself.
static char *copy(char *to, const char *from, size_t size) {
    size_t length = strlen(from);
    require(length < size);
    return (char *)memcpy(to, from, length + 1) + length;
}

char *__stpcpy_chk(char *to, const char *from, size_t size) { return copy(to, from, size); }

char *__strcpy_chk(char *to, const char *from, size_t size) {
    copy(to, from, size);
    return to;
}

char *__stpncpy_chk(char *to, const char *from, size_t most, size_t size) {
    require(most <= size);
    return stpncpy(to, from, most);
}

char *__strncpy_chk(char *to, const char *from, size_t most, size_t size) {
    require(most <= size);
    return strncpy(to, from, most);
}

char *__strcat_chk(char *to, const char *from, size_t size) {
    size_t used = strnlen(to, size);
    copy(to + used, from, size - used);
    return to;
}

char *__strncat_chk(char *to, const char *from, size_t most, size_t size) {
    size_t used = strnlen(to, size), length = strnlen(from, most);
    require(length < size - used);
    memcpy(to + used, from, length);
    to[used + length] = '\0';
    return to;
}

size_t __strlcpy_chk(char *to, const char *from, size_t most, size_t size) {
    require(most <= size);
    return strlcpy(to, from, most);
}

size_t __strlcat_chk(char *to, const char *from, size_t most, size_t size) {
    require(most <= size);
    return strlcat(to, from, most);
}

// Formats

/// Returns the result of CALL, in which `values` are the caller's variable arguments.
#define WITH_VALUES(CALL)      \
    va_list values;            \
    va_start(values, format);  \
    int result = CALL;         \
    va_end(values);            \
    return result

int __vsnprintf_chk(char *to, size_t most, int flag, size_t size, const char *format, va_list values) {
    (void)flag;
    require(most <= size);
    return vsnprintf(to, most, format, values);
}

int __snprintf_chk(char *to, size_t most, int flag, size_t size, const char *format, ...) {
    WITH_VALUES(__vsnprintf_chk(to, most, flag, size, format, values));
}

int __vsprintf_chk(char *to, int flag, size_t size, const char *format, va_list values) {
    (void)flag;
    // vsnprintf counts in an int, and an unknown size is SIZE_MAX.
    int length = vsnprintf(to, size < INT_MAX ? size : INT_MAX, format, values);
    require(length < 0 || (size_t)length < size);
    return length;
}

int __sprintf_chk(char *to, int flag, size_t size, const char *format, ...) {
    WITH_VALUES(__vsprintf_chk(to, flag, size, format, values));
}

int __vasprintf_chk(char **to, int flag, const char *format, va_list values) {
    (void)flag;
    return vasprintf(to, format, values);
}

int __asprintf_chk(char **to, int flag, const char *format, ...) {
    WITH_VALUES(__vasprintf_chk(to, flag, format, values));
}

int __vfprintf_chk(FILE *file, int flag, const char *format, va_list values) {
    (void)flag;
    return vfprintf(file, format, values);
}

int __fprintf_chk(FILE *file, int flag, const char *format, ...) {
    WITH_VALUES(__vfprintf_chk(file, flag, format, values));
}

int __vprintf_chk(int flag, const char *format, va_list values) {
    return __vfprintf_chk(stdout, flag, format, values);
}

int __printf_chk(int flag, const char *format, ...) {
    WITH_VALUES(__vfprintf_chk(stdout, flag, format, values));
}

int __vdprintf_chk(int fd, int flag, const char *format, va_list values) {
    (void)flag;
    return vdprintf(fd, format, values);
}

int __dprintf_chk(int fd, int flag, const char *format, ...) {
    WITH_VALUES(__vdprintf_chk(fd, flag, format, values));
}

void __vsyslog_chk(int priority, int flag, const char *format, va_list values) {
    (void)flag;
    vsyslog(priority, format, values);
}

void __syslog_chk(int priority, int flag, const char *format, ...) {
    va_list values;
    va_start(values, format);
    __vsyslog_chk(priority, flag, format, values);
    va_end(values);
}
