// Writes the canary of this process's stack; with an argument, writes beyond an array instead, over the canary.
#include <stdio.h>
#include <string.h>

/// musl's: what a function compares its canary with before it returns.
extern unsigned long __stack_chk_guard;

__attribute__((noinline)) static void fill(volatile char *text, int count) {
    for (int i = 0; i < count; i++) text[i] = 'x';
}

__attribute__((noinline)) static int smash(int count) {
    char text[8];
    fill(text, count);
    return text[0];
}

int main(int count, char **arguments) {
    (void)arguments;
    if (count == 1) printf("%lx\n", __stack_chk_guard);
    else if (smash(24)) puts("went on");
}
