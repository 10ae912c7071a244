// Writes what Sources/CLean/glibc.c has in place of glibc's functions, or glibc's themselves, make of the same arguments.
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

int __snprintf_chk(char *to, size_t most, int flag, size_t size, const char *format, ...);
int __fprintf_chk(FILE *file, int flag, const char *format, ...);
void *__memcpy_chk(void *to, const void *from, size_t count, size_t size);

int main(int count, char **arguments) {
    (void)arguments;
    char text[17] = "0123456789abcdef";
    for (int number = -2; number < 200; number++) {
        const char *name = strerrorname_np(number);
        printf("%d %s\n", number, name ? name : "none");
    }
    printf("%d %s\n", __snprintf_chk(text, 8, 1, 16, "%d of %s", 12, "a long text"), text);
    printf("%d %s\n", __snprintf_chk(text, 16, 1, 16, "%04X %s", 0xab, "b"), text);
    printf("%d\n", __fprintf_chk(stdout, 1, "%s %d\n", "c", 4));
    printf("%.16s\n", (char *)__memcpy_chk(text, "xyz", 4, 16));
    fflush(stdout);
    // More than there is room for.
    if (count == 2) __snprintf_chk(text, 17, 1, 16, "x");
    if (count == 3) __memcpy_chk(text, "0123456789abcdef", 17, 16);
}
