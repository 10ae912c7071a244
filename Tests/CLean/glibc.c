// Writes what Sources/CLean/glibc.c has in place of glibc's functions, or glibc's themselves, make of the same arguments.
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int __snprintf_chk(char *to, size_t most, int flag, size_t size, const char *format, ...);
int __vsnprintf_chk(char *to, size_t most, int flag, size_t size, const char *format, va_list values);
int __fprintf_chk(FILE *file, int flag, const char *format, ...);
char *__strncpy_chk(char *to, const char *from, size_t most, size_t size);

static int format(char *to, size_t most, const char *format, ...) {
    va_list values;
    va_start(values, format);
    int result = __vsnprintf_chk(to, most, 1, 16, format, values);
    va_end(values);
    return result;
}

int main(int count, char **arguments) {
    (void)arguments;
    char text[17] = "0123456789abcdef";
    for (int number = -2; number < 200; number++) {
        const char *name = strerrorname_np(number);
        printf("%d %s\n", number, name ? name : "none");
    }
    printf("%d %s\n", __snprintf_chk(text, 8, 1, 16, "%d of %s", 12, "a long text"), text);
    printf("%d %s\n", format(text, 16, "%04X %s", 0xab, "b"), text);
    printf("%d\n", __fprintf_chk(stdout, 1, "%s %d\n", "c", 4));
    printf("%.16s\n", __strncpy_chk(text, "xyz", 5, 16));
    fflush(stdout);
    // More than there is room for.
    if (count == 2) format(text, 17, "x");
    if (count == 3) __strncpy_chk(text, "x", 17, 16);
}
