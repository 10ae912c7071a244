// Without an argument, writes what checked functions make of buffers that suffice: glibc's, or those of Sources/CStaticRuntime. With the number
// of a mistake, makes it; the program must not get to the end of it.
#include "../../Sources/CStaticRuntime/fortified.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/// A release of glibc may be without them.
#pragma weak __strlcpy_chk
#pragma weak __strlcat_chk

static char text[16];

static int formatted(int (*function)(char *, size_t, int, size_t, const char *, va_list), size_t most, const char *format, ...) {
    va_list values;
    va_start(values, format);
    int result = function(text, most, 1, sizeof text, format, values);
    va_end(values);
    return result;
}

static void show(const char *what, long number) { printf("%s %ld %.16s\n", what, number, text); }

static void memory_and_strings(void) {
    show("memcpy", (char *)__memcpy_chk(text, "0123456789abcde", 16, 16) - text);
    show("memmove", (char *)__memmove_chk(text + 1, text, 4, 15) - text);
    show("mempcpy", (char *)__mempcpy_chk(text, "xyz", 3, 3) - text);
    show("memset", (char *)__memset_chk(text, 'm', 2, 2) - text);
    show("stpcpy", __stpcpy_chk(text, "seven", 6) - text);
    show("strcat", __strcat_chk(text, "teen", 10) - text);
    show("strncat", __strncat_chk(text, "abcdef", 3, 13) - text);
    show("strcpy", __strcpy_chk(text, "", 1) - text);
    show("strncpy", __strncpy_chk(text, "xyz", 5, 16) - text);
    show("stpncpy", __stpncpy_chk(text, "xyz", 2, 2) - text);
    show("strlcpy", __strlcpy_chk ? (long)__strlcpy_chk(text, "a long text", 4, 16) : (strcpy(text, "a l"), 11));
    show("strlcat", __strlcat_chk ? (long)__strlcat_chk(text, "ong", 6, 16) : (strcpy(text, "a lon"), 6));
    __explicit_bzero_chk(text, 16, 16);
    show("explicit_bzero", text[0]);
}

static void formats(void) {
    show("snprintf", __snprintf_chk(text, 8, 1, 16, "%d of %s", 12, "a long text"));
    show("vsnprintf", formatted(__vsnprintf_chk, 16, "%04X %s", 0xab, "b"));
    show("sprintf", __sprintf_chk(text, 1, 16, "%s", "fifteen letters"));
    show("sprintf without a size", __sprintf_chk(text, 1, (size_t)-1, "%d", 7));
    char *made;
    show("asprintf", __asprintf_chk(&made, 1, "%d", 12345));
    puts(made);
    free(made);
    show("printf", __printf_chk(1, "%s %d\n", "c", 4));
    show("fprintf", __fprintf_chk(stdout, 1, "%s %d\n", "c", 4));
    fflush(stdout);
    show("dprintf", __dprintf_chk(STDOUT_FILENO, 1, "%s %d\n", "d", 5));
}

static void files(void) {
    FILE *file = tmpfile();
    fputs("a line\nanother\n", file);
    rewind(file);
    show("fgets", __fgets_chk(text, 16, 16, file) - text);
    show("fread", (long)__fread_chk(text, 16, 2, 3, file));
    show("read", __read_chk(open("/dev/zero", O_RDONLY), text, 4, 4));
    show("pread", __pread_chk(fileno(file), text, 16, 2, 16));
    show("readlink", __readlink_chk("/proc/self/fd/none", text, 16, 16));
    show("getcwd", chdir("/") == 0 && __getcwd_chk(text, 16, 16) == text);
    char path[4096];
    show("realpath", __realpath_chk("/proc/../proc", path, sizeof path) == path && strcmp(path, "/proc") == 0);
    struct pollfd fds[2] = {{.fd = -1}, {.fd = -1}};
    show("poll", __poll_chk(fds, 2, 0, sizeof fds));
    show("fdelt", __fdelt_chk(130));
    show("open", __open_2("/nowhere/at/all", O_RDONLY));
    fclose(file);
}

/// Each writes a byte more than there is room for by the size that it states, or asks for that.
static void mistake(int number) {
    struct pollfd fds[2];
    memset(text, 'x', 15);
    switch (number) {
    case 1: __memcpy_chk(text, "ab", 2, 1); break;
    case 2: __memmove_chk(text, "ab", 2, 1); break;
    case 3: __mempcpy_chk(text, "ab", 2, 1); break;
    case 4: __memset_chk(text, 0, 2, 1); break;
    case 5: __explicit_bzero_chk(text, 2, 1); break;
    case 6: __strcpy_chk(text, "ab", 2); break;
    case 7: __stpcpy_chk(text, "ab", 2); break;
    case 8: __strncpy_chk(text, "a", 2, 1); break;
    case 9: __stpncpy_chk(text, "a", 2, 1); break;
    case 10: __strcat_chk(text, "a", 16); break;
    case 11: __strcat_chk(text, "", 15); break;
    case 12: __strncat_chk(text, "ab", 1, 16); break;
    case 13: __snprintf_chk(text, 17, 1, 16, "x"); break;
    case 14: __sprintf_chk(text, 1, 16, "%016d", 1); break;
    case 15: {
        FILE *file = tmpfile();
        fputs("more than sixteen letters", file);
        rewind(file);
        __fgets_chk(text, 16, 17, file);
        break;
    }
    case 16: __fread_chk(text, 16, 17, 1, stdin); break;
    case 17: __read_chk(0, text, 17, 16); break;
    case 18: __pread_chk(0, text, 17, 0, 16); break;
    case 19: __recv_chk(0, text, 17, 16, 0); break;
    case 20: __readlink_chk("/", text, 17, 16); break;
    case 21: __readlinkat_chk(AT_FDCWD, "/", text, 17, 16); break;
    case 22: __getcwd_chk(text, 17, 16); break;
    case 23: __realpath_chk("/", text, 16); break;
    case 24: __poll_chk(fds, 2, 0, sizeof fds - 1); break;
    case 25: __fdelt_chk(-1); break;
    case 26: __fdelt_chk(1024); break;
    case 27: __open_2("/nowhere/at/all", O_CREAT); break;
    case 28: __gethostname_chk(text, 17, 16); break;
    case 29: __getgroups_chk(5, (gid_t *)(void *)text, 16); break;
    case 30: __chk_fail();
    default: puts("no such mistake"); exit(0);
    }
}

int main(int count, char **arguments) {
    if (count == 2) {
        mistake(atoi(arguments[1]));
        return 0;
    }
    memory_and_strings();
    formats();
    files();
}
