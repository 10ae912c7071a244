// Replaces the C library's allocator. A run takes a millisecond and a few hundred kilobytes. musl's allocator would return each
// empty page and ask for it again, in all sixty system calls. This one keeps freed memory for the next piece of its size, and
// the first memory is part of the program. It is for one thread; the hot path has no other.
#include "static-runtime.h"

#include <errno.h>
#include <stdalign.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/// The header before each piece of memory that is handed out.
struct block {
    alignas(max_align_t) size_t room;
    /// The next free piece of this size.
    struct block *next;
};

enum { step = alignof(max_align_t), fine = 1024, chunk = 256 * 1024 };

/// Free pieces by size. Sizes up to `fine` are rounded up to a multiple of `step`, larger ones to a power of two.
static struct block *freed[fine / step + 64];

static alignas(max_align_t) char first[chunk];
static char *unused = first;
static size_t left = sizeof first;

static size_t rounded(size_t size) {
    if (size <= fine) return size ? (size + step - 1) & ~(size_t)(step - 1) : step;
    return (size_t)1 << (64 - __builtin_clzl(size - 1));
}

static struct block **list(size_t room) {
    return &freed[room <= fine ? room / step - 1 : fine / step + (size_t)__builtin_ctzl(room)];
}

static void *map(size_t size) {
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

static struct block *make(size_t room) {
    size_t size = sizeof(struct block) + room;
    struct block *block;
    if (size > chunk / 2) {
        block = map(size);
    } else {
        if (size > left) {
            char *memory = map(chunk);
            if (!memory) return NULL;
            unused = memory;
            left = chunk;
        }
        block = (struct block *)unused;
        unused += size;
        left -= size;
    }
    if (block) block->room = room;
    return block;
}

/// Not called `malloc`: compilers turn `malloc` and `memset` into `calloc`, even inside `calloc` itself.
static void *allocate(size_t size) {
    if (size > PTRDIFF_MAX / 2) {
        errno = ENOMEM;
        return NULL;
    }
    size_t room = rounded(size);
    struct block **place = list(room), *block = *place;
    if (block) *place = block->next;
    else block = make(room);
    return block ? block + 1 : NULL;
}

void *malloc(size_t size) { return allocate(size); }

void free(void *memory) {
    if (!memory) return;
    struct block *block = (struct block *)memory - 1;
    struct block **place = list(block->room);
    block->next = *place;
    *place = block;
}

void *calloc(size_t count, size_t size) {
    size_t all;
    if (__builtin_mul_overflow(count, size, &all)) {
        errno = ENOMEM;
        return NULL;
    }
    void *memory = allocate(all);
    return memory ? memset(memory, 0, all) : NULL;
}

void *realloc(void *memory, size_t size) {
    size_t room = memory ? ((struct block *)memory - 1)->room : 0;
    if (memory && size <= room) return memory;
    void *larger = allocate(size);
    if (!larger || !memory) return larger;
    memcpy(larger, memory, room);
    free(memory);
    return larger;
}

__attribute__((weak)) void linux_end_without_memory(void); // Sources/CLinux/crash.c

/// Embedded Swift allocates all memory by this, and uses what it gets unseen. None of it needs a larger alignment than `malloc` gives.
int posix_memalign(void **result, size_t alignment, size_t size) {
    if (alignment > step) return EINVAL;
    void *memory = allocate(size);
    if (!memory && linux_end_without_memory) linux_end_without_memory();
    if (!memory) return ENOMEM;
    *result = memory;
    return 0;
}
