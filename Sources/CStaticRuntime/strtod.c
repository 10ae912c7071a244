// Replaces the function that Swift's `Double(String)` calls. Swift's own needs a locale, which programs with musl do not have.
#include "static-runtime.h"

#include <stdlib.h>

const char *_swift_stdlib_strtod_clocale(const char *text, double *value);

/// Returns the first byte after the number, or NULL if there is no number.
const char *_swift_stdlib_strtod_clocale(const char *text, double *value) {
    char *end;
    *value = strtod(text, &end);
    return end == text ? NULL : end;
}
