// Without _GNU_SOURCE, unlike the C modules of Sources: these tests share the C library's types with Foundation.
#include <jansson.h>
