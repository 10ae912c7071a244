// Allocates, grows and frees at random, with Sources/CStaticRuntime/allocation.c in place of the C library's allocator, and looks
// whether every piece keeps what was written to it.
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { pieces = 400 };

static struct {
    unsigned char *memory;
    size_t size;
    unsigned char content;
} piece[pieces];

static unsigned long state = 69;

static unsigned number(unsigned below) {
    state = state * 6364136223846793005UL + 1442695040888963407UL;
    return (unsigned)(state >> 33) % below;
}

static void require(int condition, const char *what) {
    if (condition) return;
    fprintf(stderr, "%s\n", what);
    exit(1);
}

static size_t some_size(void) {
    switch (number(10)) {
    case 0: return number(3);
    case 1: return 100000 + number(300000);
    case 2: return 1000 + number(60);
    default: return number(5000);
    }
}

static void check(int i, size_t size) {
    for (size_t k = 0; k < size; k++) require(piece[i].memory[k] == piece[i].content, "a piece lost what was in it");
}

static void fill(int i, size_t size) {
    require(piece[i].memory != NULL, "there is no memory");
    require(((uintptr_t)piece[i].memory & 15) == 0, "a piece is not aligned");
    piece[i].size = size;
    piece[i].content = (unsigned char)number(256);
    memset(piece[i].memory, piece[i].content, size);
}

int main(void) {
    for (int round = 0; round < 40000; round++) {
        int i = (int)number(pieces);
        size_t size = some_size();
        check(i, piece[i].size);
        if (!piece[i].memory) {
            void *memory = NULL;
            switch (number(3)) {
            case 0: memory = malloc(size); break;
            case 1: require(posix_memalign(&memory, 16, size) == 0, "posix_memalign failed"); break;
            default:
                memory = calloc(size, 1);
                for (size_t k = 0; k < size; k++) require(((char *)memory)[k] == 0, "calloc did not clear");
            }
            piece[i].memory = memory;
            fill(i, size);
        } else if (number(4) == 0) {
            piece[i].memory = realloc(piece[i].memory, size);
            check(i, size < piece[i].size ? size : piece[i].size);
            fill(i, size);
        } else {
            free(piece[i].memory);
            piece[i].memory = NULL;
            piece[i].size = 0;
        }
    }
    void *first = malloc(20000);
    free(first);
    require(malloc(17000) == first, "what was freed is not used again");
    volatile size_t huge = SIZE_MAX;
    for (size_t step = 0; step < 40; step++) require(!malloc(huge - step), "more than there can be");
    errno = 0;
    require(!malloc(huge / 2) && errno == ENOMEM, "errno says nothing");
    require(!calloc(huge / 4, 8) && !realloc(NULL, huge), "more than there can be");
    free(NULL);
    void *none;
    require(posix_memalign(&none, 4096, 1) == EINVAL, "an alignment that it does not have");
    puts("well");
}
