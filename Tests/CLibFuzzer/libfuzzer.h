// libFuzzer, <https://llvm.org/docs/LibFuzzer.html>, and AddressSanitizer. Only a build with -sanitize=fuzzer,address has them, so
// the functions are weak.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Declared here, since Foundation and Sources/CKernel disagree on _GNU_SOURCE and so on what else their headers define.
int fork(void);
int waitpid(int child, int *status, int options);
_Noreturn void _exit(int status);

typedef int (*fuzz_check)(const uint8_t *bytes, size_t count);
typedef void (*fuzz_allocation)(const volatile void *place, size_t size);
typedef void (*fuzz_release)(const volatile void *place);

__attribute__((weak)) int LLVMFuzzerRunDriver(int *argc, char ***argv, fuzz_check check);
__attribute__((weak)) int __sanitizer_install_malloc_and_free_hooks(fuzz_allocation allocation, fuzz_release release);
__attribute__((weak)) size_t __sanitizer_get_allocated_size(const volatile void *place);

static inline bool has_libfuzzer(void) { return LLVMFuzzerRunDriver != NULL; }

/// Has each allocation reported, if there is AddressSanitizer.
static inline void watch_memory(fuzz_allocation allocation, fuzz_release release) {
    if (__sanitizer_install_malloc_and_free_hooks) __sanitizer_install_malloc_and_free_hooks(allocation, release);
}

static inline size_t allocated_size(const volatile void *place) { return __sanitizer_get_allocated_size(place); }

/// Runs libFuzzer in a child process, since it ends its process. Returns whether the child found no fault.
static inline bool run_libfuzzer(int argc, char **argv, fuzz_check check) {
    int child = fork();
    if (child == 0) _exit(LLVMFuzzerRunDriver(&argc, &argv, check));
    int status = 0;
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}
