// Replaces Embedded Swift's reference counting. Its own counts with atomic instructions, of which a run makes thousands, and each
// takes as long as twenty others. This one is for one thread, as is the allocator beside it.
//
// The layout is that of Swift 6.3 (stdlib/public/core/EmbeddedRuntime.swift). Package.swift leaves this file out of builds with a
// later compiler: those count as slowly as before, until somebody has compared their layout with this one.
#include "static-runtime.h"

#include <stddef.h>
#include <stdint.h>

void *allocate_or_end(size_t size); // allocation.c

struct object;

/// Called as a Swift method, which expects `self` in a register of its own.
typedef __attribute__((swiftcall)) void destroyer(__attribute__((swift_context)) struct object *);

struct metadata {
    const struct metadata *superclass;
    destroyer *destroy;
};

struct object {
    const struct metadata *metadata;
    /// The uppermost bit says that the memory is not the allocator's.
    uint64_t references;
};

/// The number of references to an object that is never destroyed, or is being destroyed.
static const uint64_t immortal = UINT64_MAX >> 1;

/// A pointer with the uppermost bit set is a tagged value, as a short string is.
static inline int is_counted(const struct object *object) {
    return (intptr_t)object > 0 && (object->references & immortal) != immortal;
}

static inline struct object *retain(struct object *object, uint32_t count) {
    if (is_counted(object)) object->references += count;
    return object;
}

static inline void release(struct object *object, uint32_t count) {
    if (!is_counted(object)) return;
    uint64_t references = object->references & immortal;
    if (references > count) {
        object->references -= count;
    } else if (references == count) {
        object->references |= immortal;
        object->metadata->destroy(object);
    } else {
        __builtin_trap();
    }
}

struct object *swift_retain(struct object *object) { return retain(object, 1); }

struct object *swift_retain_n(struct object *object, uint32_t count) { return retain(object, count); }

void swift_release(struct object *object) { release(object, 1); }

void swift_release_n(struct object *object, uint32_t count) { release(object, count); }

/// The object of a string's storage, whose pointer has other bits beside it.
static inline struct object *plain(uint64_t bridged) { return (struct object *)(bridged & 0x8ffffffffffffff8); }

struct object *swift_bridgeObjectRetain_n(uint64_t bridged, uint32_t count) { return retain(plain(bridged), count); }

struct object *swift_bridgeObjectRetain(uint64_t bridged) { return retain(plain(bridged), 1); }

void swift_bridgeObjectRelease_n(uint64_t bridged, uint32_t count) { release(plain(bridged), count); }

void swift_bridgeObjectRelease(uint64_t bridged) { release(plain(bridged), 1); }

struct object *swift_allocObject(const struct metadata *metadata, size_t size, size_t alignment_mask) {
    (void)alignment_mask;
    struct object *object = allocate_or_end(size);
    object->metadata = metadata;
    object->references = 1;
    return object;
}
