// In place of the tables of Unicode, 45 KB. To the kernel names are bytes, and two that look alike are two; so here strings
// are equal when their bytes are, and each scalar is a character. The standard library's own are in
// libswiftUnicodeDataTables.a (stdlib/public/stubs/Unicode).
#include "static-runtime.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Quick check passed and combining class 0: every scalar is normalised as it stands.
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

/// No property of those numbered from 0.
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
