// The names of strtol(3), scanf(3) and the like since glibc 2.38, which know C23's binary numbers (0b101). musl has the older
// names, such as __isoc99_scanf. Its scanf reads no binary numbers, nor do these scanf functions.
#include "static-runtime.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

long __isoc23_strtol(const char *text, char **end, int base);
unsigned long __isoc23_strtoul(const char *text, char **end, int base);
long long __isoc23_strtoll(const char *text, char **end, int base);
unsigned long long __isoc23_strtoull(const char *text, char **end, int base);
intmax_t __isoc23_strtoimax(const char *text, char **end, int base);
uintmax_t __isoc23_strtoumax(const char *text, char **end, int base);
int __isoc23_vfscanf(FILE *file, const char *format, va_list places);
int __isoc23_vscanf(const char *format, va_list places);
int __isoc23_vsscanf(const char *text, const char *format, va_list places);
int __isoc23_fscanf(FILE *file, const char *format, ...);
int __isoc23_scanf(const char *format, ...);
int __isoc23_sscanf(const char *text, const char *format, ...);

/// The digits after a binary number's prefix 0b, or NULL without one.
static const char *binary(const char *text, int base, bool *is_negative) {
    if (base != 0 && base != 2) return NULL;
    while (isspace((unsigned char)*text)) text++;
    *is_negative = *text == '-';
    if (*text == '-' || *text == '+') text++;
    if (text[0] != '0' || (text[1] != 'b' && text[1] != 'B')) return NULL;
    return text[2] == '0' || text[2] == '1' ? text + 2 : NULL;
}

long long __isoc23_strtoll(const char *text, char **end, int base) {
    bool is_negative;
    const char *digits = binary(text, base, &is_negative);
    if (!digits) return strtoll(text, end, base);
    unsigned long long most = (unsigned long long)LLONG_MAX + is_negative, number = strtoull(digits, end, 2);
    if (number > most) {
        errno = ERANGE;
        number = most;
    }
    return (long long)(is_negative ? 0 - number : number);
}

unsigned long long __isoc23_strtoull(const char *text, char **end, int base) {
    bool is_negative;
    const char *digits = binary(text, base, &is_negative);
    if (!digits) return strtoull(text, end, base);
    int before = errno;
    errno = 0;
    unsigned long long number = strtoull(digits, end, 2);
    // A number out of range stays the largest one, whatever its sign.
    if (errno == ERANGE) return number;
    errno = before;
    return is_negative ? 0 - number : number;
}

// On Linux long has the size of a pointer. On the machines of these programs that is the size of long long.
_Static_assert(sizeof(long) == sizeof(long long) && sizeof(intmax_t) == sizeof(long long), "long is shorter");

long __isoc23_strtol(const char *text, char **end, int base) { return __isoc23_strtoll(text, end, base); }

unsigned long __isoc23_strtoul(const char *text, char **end, int base) { return __isoc23_strtoull(text, end, base); }

intmax_t __isoc23_strtoimax(const char *text, char **end, int base) { return __isoc23_strtoll(text, end, base); }

uintmax_t __isoc23_strtoumax(const char *text, char **end, int base) { return __isoc23_strtoull(text, end, base); }

int __isoc23_vfscanf(FILE *file, const char *format, va_list places) { return vfscanf(file, format, places); }

int __isoc23_vscanf(const char *format, va_list places) { return vfscanf(stdin, format, places); }

int __isoc23_vsscanf(const char *text, const char *format, va_list places) { return vsscanf(text, format, places); }

#define WITH_PLACES(CALL)      \
    va_list places;            \
    va_start(places, format);  \
    int result = CALL;         \
    va_end(places);            \
    return result

int __isoc23_fscanf(FILE *file, const char *format, ...) { WITH_PLACES(vfscanf(file, format, places)); }

int __isoc23_scanf(const char *format, ...) { WITH_PLACES(vfscanf(stdin, format, places)); }

int __isoc23_sscanf(const char *text, const char *format, ...) { WITH_PLACES(vsscanf(text, format, places)); }
