// Replaces the tables of Unicode, 45 KB. To the kernel names are bytes, and two that look alike differ. So strings here are equal
// if their bytes are, and each scalar is a character. The standard library's own tables are in libswiftUnicodeDataTables.a
// (stdlib/public/stubs/Unicode).
#include "static-runtime.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// 0: the quick check passes and the combining class is 0, so every scalar is already normalised.
uint16_t _swift_stdlib_getNormData(uint32_t scalar) {
    (void)scalar;
    return 0;
}

const uint8_t *const _swift_stdlib_nfd_decompositions = NULL;

uint32_t _swift_stdlib_getDecompositionEntry(uint32_t scalar) {
    (void)scalar;
    return 0;
}

/// `UINT32_MAX`: the two have no composition.
uint32_t _swift_stdlib_getComposition(uint32_t first, uint32_t second) {
    (void)first;
    (void)second;
    return UINT32_MAX;
}

/// `UINT8_MAX`: none of the properties, which are numbered from 0.
uint8_t _swift_stdlib_getGraphemeBreakProperty(uint32_t scalar) {
    (void)scalar;
    return UINT8_MAX;
}

bool _swift_stdlib_isInCB_Consonant(uint32_t scalar) {
    (void)scalar;
    return false;
}

bool _swift_stdlib_isExtendedPictographic(uint32_t scalar) {
    (void)scalar;
    return false;
}
