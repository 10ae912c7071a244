// Writes the names of error numbers, glibc's or those of Sources/CStaticRuntime/names.c.
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

int main(void) {
    for (int number = -2; number < 200; number++) {
        const char *name = strerrorname_np(number);
        printf("%d %s\n", number, name ? name : "none");
    }
}
