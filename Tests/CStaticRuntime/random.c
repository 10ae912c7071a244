// Asks for random bytes of several lengths and looks at what lies around them.
#include <stdio.h>
#include <string.h>

void arc4random_buf(void *to, size_t count);

/// Lengths up to more than getrandom(2) returns at once.
static const size_t lengths[] = {0, 1, 16, 256, 257, 100000};

static unsigned char first[100002], second[100002];

static void fill(unsigned char *bytes, size_t length) {
    memset(bytes, 0xa5, length + 2);
    arc4random_buf(bytes + 1, length);
}

int main(void) {
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        size_t length = lengths[i];
        fill(first, length);
        fill(second, length);
        if (first[0] != 0xa5 || first[length + 1] != 0xa5) return 1;
        if (length >= 16 && memcmp(first, second, length + 2) == 0) return 2;
        // The end is random as well: of 16 bytes there, not all are what was there before.
        size_t same = 0;
        for (size_t end = length; end > 0 && same < 16 && first[end] == 0xa5; end--) same++;
        if (length >= 16 && same == 16) return 3;
    }
    puts("well");
}
