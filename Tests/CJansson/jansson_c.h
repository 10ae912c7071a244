#ifndef _GNU_SOURCE
#define _GNU_SOURCE // as in every C module here: they share the C library's types
#endif
#include <jansson.h>
