// Random bytes, with which the standard library seeds the hashes of sets and dictionaries. musl has no arc4random.
#include "static-runtime.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

void arc4random_buf(void *to, size_t count);

/// Early in the machine's boot it waits until the kernel's generator is ready.
void arc4random_buf(void *to, size_t count) {
    char *next = to;
    while (count > 0) {
        ssize_t got = getrandom(next, count, 0);
        if (got < 0 && errno != EINTR) abort();
        if (got < 0) continue;
        next += got;
        count -= (size_t)got;
    }
}
