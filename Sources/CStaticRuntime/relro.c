// Makes relocated data read-only, above all tables of functions. A static program has no dynamic loader to do it.
#include "static-runtime.h"

#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/mman.h>

extern const char __executable_start[];

__attribute__((constructor)) static void protect(void) {
    const ElfW(Phdr) *segments = (const ElfW(Phdr) *)getauxval(AT_PHDR);
    size_t count = getauxval(AT_PHNUM), page = getauxval(AT_PAGESZ);
    for (size_t i = 0; segments && i < count; i++) {
        if (segments[i].p_type != PT_GNU_RELRO) continue;
        // The linker ends the segment with a page. If pages are larger than it assumed, the last page stays writable.
        uintptr_t start = (uintptr_t)__executable_start + segments[i].p_vaddr, end = start + segments[i].p_memsz;
        start &= ~(page - 1);
        end &= ~(page - 1);
        if (start < end) mprotect((void *)start, end - start, PROT_READ);
    }
}
