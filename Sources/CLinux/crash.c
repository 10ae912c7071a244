#include "linux_c.h"

#include <signal.h>
#include <ucontext.h>

extern const char __executable_start[];

static struct {
    int fd;
    int status;
    const char *before;
    const char *after;
    char version[32];
    const char *end;
} report = {.fd = STDERR_FILENO, .status = 1};

static void put(const char *text, size_t length) {
    while (length > 0) {
        ssize_t written = write(report.fd, text, length);
        if (written <= 0) return;
        text += written;
        length -= (size_t)written;
    }
}

static void put_text(const char *text) { put(text, strlen(text)); }

static uintptr_t instruction(const void *context) {
    const ucontext_t *interrupted = context;
#if defined(__x86_64__)
    return (uintptr_t)interrupted->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
    return (uintptr_t)interrupted->uc_mcontext.pc;
#else
    (void)interrupted;
    return (uintptr_t)__executable_start;
#endif
}

static void crashed(int number, siginfo_t *info, void *context) {
    (void)number;
    (void)info;
    uintptr_t address = instruction(context) - (uintptr_t)__executable_start;
    char digits[2 + 2 * sizeof address] = "0x";
    size_t length = 2;
    for (int shift = 8 * (int)sizeof address - 4; shift >= 0; shift -= 4) {
        unsigned digit = (unsigned)(address >> shift) & 0xf;
        if (digit || length > 2 || shift == 0) digits[length++] = "0123456789abcdef"[digit];
    }
    put_text(report.before);
    put(digits, length);
    put_text(report.after);
    put_text(report.version);
    put_text(report.end);
    _exit(report.status);
}

// Runtimes may start hooks with every signal blocked: then alarms never arrive, and a crash ends without its handler.
static void unblock(const int *numbers, size_t count) {
    sigset_t signals;
    sigemptyset(&signals);
    for (size_t i = 0; i < count; i++) sigaddset(&signals, numbers[i]);
    sigprocmask(SIG_UNBLOCK, &signals, NULL);
}

static const char *too_late;

static void timed_out(int number) {
    (void)number;
    put_text(too_late);
    _exit(report.status);
}

void linux_limit_time(unsigned seconds, const char *text) {
    too_late = text;
    struct sigaction action = {.sa_handler = timed_out};
    sigaction(SIGALRM, &action, NULL);
    unblock(&(int){SIGALRM}, 1);
    alarm(seconds);
}

static const char *exhausted = "evenkeel: out of memory\n";

void linux_limit_memory(const char *text) { exhausted = text; }

void linux_end_without_memory(void) {
    put_text(exhausted);
    _exit(report.status);
}

void linux_set_crash_status(int status) { report.status = status; }

void linux_report_crash(
    int fd, const char *before, const char *after, const char *version, const char *end, int status
) {
    report.fd = fd;
    report.before = before;
    report.after = after;
    strncpy(report.version, version, sizeof report.version - 1);
    report.end = end;
    report.status = status;
    static const int fatal[] = {SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT};
    struct sigaction action = {.sa_flags = (int)(SA_SIGINFO | SA_RESETHAND)};
    action.sa_sigaction = crashed;
    size_t count = sizeof fatal / sizeof *fatal;
    for (size_t i = 0; i < count; i++) sigaction(fatal[i], &action, NULL);
    unblock(fatal, count);
}
