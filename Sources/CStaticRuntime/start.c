// The program's entry point, which relocates it instead of the C library. A program at a random address has a table of the places
// that hold addresses. Packed (the generic ABI's SHT_RELR) it takes a few hundred bytes instead of 27 KB. musl reads that format
// only since 1.2.4, and Debian 12 has 1.2.3. So the table has Android's tag from before the standard, which musl never reads and
// this code always does.
#include "static-runtime.h"

#include <link.h>
#include <stddef.h>
#include <stdint.h>

enum { android_relr = 0x6fffe000, android_relr_size = 0x6fffe001 };

void relocate(uintptr_t base, const ElfW(Dyn) *dynamic);

/// Runs before all relocation: it must call nothing and load no address from memory.
void relocate(uintptr_t base, const ElfW(Dyn) *dynamic) {
    const uintptr_t *entry = NULL;
    size_t count = 0;
    for (; dynamic->d_tag != DT_NULL; dynamic++) {
        if (dynamic->d_tag == android_relr) entry = (const uintptr_t *)(base + dynamic->d_un.d_ptr);
        if (dynamic->d_tag == android_relr_size) count = dynamic->d_un.d_val / sizeof *entry;
    }
    uintptr_t *place = NULL;
    for (; count > 0; count--, entry++) {
        // An even entry is a place. An odd one is a bitmap of the 63 places after the last.
        if (*entry % 2 == 0) {
            place = (uintptr_t *)(base + *entry);
            *place++ += base;
            continue;
        }
        // Skips from one set bit to the next: a loop over all bits would take a third of a short run.
        for (uintptr_t bits = *entry >> 1; bits != 0; bits &= bits - 1) place[__builtin_ctzl(bits)] += base;
        place += 8 * sizeof *entry - 1;
    }
}

// The C library's _start must find the stack as the kernel left it.
#if defined(__x86_64__)
__asm__(".text\n"
        ".globl relocate_and_start\n"
        ".hidden relocate_and_start\n"
        ".type relocate_and_start, @function\n"
        "relocate_and_start:\n"
        "    lea __executable_start(%rip), %rdi\n"
        "    lea _DYNAMIC(%rip), %rsi\n"
        "    call relocate\n"
        "    jmp _start\n");
#elif defined(__aarch64__)
__asm__(".text\n"
        ".globl relocate_and_start\n"
        ".hidden relocate_and_start\n"
        ".type relocate_and_start, %function\n"
        "relocate_and_start:\n"
        "    adrp x0, __executable_start\n"
        "    add x0, x0, :lo12:__executable_start\n"
        "    adrp x1, _DYNAMIC\n"
        "    add x1, x1, :lo12:_DYNAMIC\n"
        "    bl relocate\n"
        "    b _start\n");
#else
#error "no start for this machine"
#endif
