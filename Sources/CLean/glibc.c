// What glibc has and musl has not, of the functions that Sources/CLinux calls, and that libnftnl.a does, which distributions
// make for glibc. The linker leaves out what nobody calls.
#include "lean.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Of every error from 1 on (asm-generic/errno.h, which x86 and ARM have), each behind the NUL of the one before.
static const char names[] =
    "EPERM\0ENOENT\0ESRCH\0EINTR\0EIO\0ENXIO\0E2BIG\0ENOEXEC\0EBADF\0ECHILD\0EAGAIN\0ENOMEM\0EACCES\0EFAULT\0ENOTBLK\0"
    "EBUSY\0EEXIST\0EXDEV\0ENODEV\0ENOTDIR\0EISDIR\0EINVAL\0ENFILE\0EMFILE\0ENOTTY\0ETXTBSY\0EFBIG\0ENOSPC\0ESPIPE\0"
    "EROFS\0EMLINK\0EPIPE\0EDOM\0ERANGE\0EDEADLK\0ENAMETOOLONG\0ENOLCK\0ENOSYS\0ENOTEMPTY\0ELOOP\0\0ENOMSG\0EIDRM\0"
    "ECHRNG\0EL2NSYNC\0EL3HLT\0EL3RST\0ELNRNG\0EUNATCH\0ENOCSI\0EL2HLT\0EBADE\0EBADR\0EXFULL\0ENOANO\0EBADRQC\0"
    "EBADSLT\0\0EBFONT\0ENOSTR\0ENODATA\0ETIME\0ENOSR\0ENONET\0ENOPKG\0EREMOTE\0ENOLINK\0EADV\0ESRMNT\0ECOMM\0EPROTO\0"
    "EMULTIHOP\0EDOTDOT\0EBADMSG\0EOVERFLOW\0ENOTUNIQ\0EBADFD\0EREMCHG\0ELIBACC\0ELIBBAD\0ELIBSCN\0ELIBMAX\0ELIBEXEC\0"
    "EILSEQ\0ERESTART\0ESTRPIPE\0EUSERS\0ENOTSOCK\0EDESTADDRREQ\0EMSGSIZE\0EPROTOTYPE\0ENOPROTOOPT\0EPROTONOSUPPORT\0"
    "ESOCKTNOSUPPORT\0EOPNOTSUPP\0EPFNOSUPPORT\0EAFNOSUPPORT\0EADDRINUSE\0EADDRNOTAVAIL\0ENETDOWN\0ENETUNREACH\0"
    "ENETRESET\0ECONNABORTED\0ECONNRESET\0ENOBUFS\0EISCONN\0ENOTCONN\0ESHUTDOWN\0ETOOMANYREFS\0ETIMEDOUT\0"
    "ECONNREFUSED\0EHOSTDOWN\0EHOSTUNREACH\0EALREADY\0EINPROGRESS\0ESTALE\0EUCLEAN\0ENOTNAM\0ENAVAIL\0EISNAM\0"
    "EREMOTEIO\0EDQUOT\0ENOMEDIUM\0EMEDIUMTYPE\0ECANCELED\0ENOKEY\0EKEYEXPIRED\0EKEYREVOKED\0EKEYREJECTED\0"
    "EOWNERDEAD\0ENOTRECOVERABLE\0ERFKILL\0EHWPOISON";
_Static_assert(EPERM == 1 && EDEADLK == 35 && EOPNOTSUPP == 95 && EHWPOISON == 133, "the numbers are not asm-generic's");

const char *strerrorname_np(int number);

const char *strerrorname_np(int number) {
    const char *name = names;
    if (number < 1) return number == 0 ? "0" : NULL;
    while (--number > 0 && name < names + sizeof names) name += strlen(name) + 1;
    return name < names + sizeof names && *name ? name : NULL;
}

// _FORTIFY_SOURCE's variants, which end the program where a buffer is shorter than what is to be written.

int __snprintf_chk(char *to, size_t most, int flag, size_t size, const char *format, ...);
int __fprintf_chk(FILE *file, int flag, const char *format, ...);
void *__memcpy_chk(void *to, const void *from, size_t count, size_t size);
void *__memset_chk(void *to, int value, size_t count, size_t size);

int __snprintf_chk(char *to, size_t most, int flag, size_t size, const char *format, ...) {
    va_list values;
    (void)flag;
    if (size < most) __builtin_trap();
    va_start(values, format);
    int result = vsnprintf(to, most, format, values);
    va_end(values);
    return result;
}

int __fprintf_chk(FILE *file, int flag, const char *format, ...) {
    (void)flag;
    va_list values;
    va_start(values, format);
    int result = vfprintf(file, format, values);
    va_end(values);
    return result;
}

void *__memcpy_chk(void *to, const void *from, size_t count, size_t size) {
    if (size < count) __builtin_trap();
    return memcpy(to, from, count);
}

void *__memset_chk(void *to, int value, size_t count, size_t size) {
    if (size < count) __builtin_trap();
    return memset(to, value, count);
}

// What strtol(3) and its like are called by since glibc 2.38, where they know C23's 0b as well.

long __isoc23_strtol(const char *text, char **end, int base);
unsigned long __isoc23_strtoul(const char *text, char **end, int base);
long long __isoc23_strtoll(const char *text, char **end, int base);
unsigned long long __isoc23_strtoull(const char *text, char **end, int base);

long __isoc23_strtol(const char *text, char **end, int base) { return strtol(text, end, base); }

unsigned long __isoc23_strtoul(const char *text, char **end, int base) { return strtoul(text, end, base); }

long long __isoc23_strtoll(const char *text, char **end, int base) { return strtoll(text, end, base); }

unsigned long long __isoc23_strtoull(const char *text, char **end, int base) { return strtoull(text, end, base); }
