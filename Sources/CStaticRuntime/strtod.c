// In place of what Swift's `Double(String)` calls. Its own strtod knows the locale, which a program with musl does not have.
#include "static-runtime.h"

#include <stdlib.h>

const char *_swift_stdlib_strtod_clocale(const char *text, double *value);

/// The first byte behind the number; NULL where there is none.
const char *_swift_stdlib_strtod_clocale(const char *text, double *value) {
    char *end;
    *value = strtod(text, &end);
    return end == text ? NULL : end;
}
