// Writes what the functions of Sources/CStaticRuntime/numbers.c read.
#include <errno.h>
#include <stdio.h>
#include <string.h>

long __isoc23_strtol(const char *text, char **end, int base);
unsigned long __isoc23_strtoul(const char *text, char **end, int base);
int __isoc23_sscanf(const char *text, const char *format, ...);

int main(void) {
    static const char *const texts[] = {
        "12x", "-0x1f", "0b101", " -0B11z", "0b", "0b2", "-0b0",
        "0b1000000000000000000000000000000000000000000000000000000000000000",
        "-0b1000000000000000000000000000000000000000000000000000000000000000",
        "-0b11111111111111111111111111111111111111111111111111111111111111111",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char *end;
        errno = 0;
        long number = __isoc23_strtol(texts[i], &end, 0);
        printf("%ld %d \"%s\"", number, errno == ERANGE, end);
        errno = 0;
        unsigned long natural = __isoc23_strtoul(texts[i], &end, 0);
        printf(" %lx %d\n", natural, errno == ERANGE);
    }
    int first, second;
    printf("%d", __isoc23_sscanf("7 of 9", "%d of %d", &first, &second));
    printf(" %d %d\n", first, second);
}
