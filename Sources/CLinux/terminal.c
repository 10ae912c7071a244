#include "linux_c.h"

#include <signal.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>

int linux_terminal_size(int fd, int *rows, int *columns) {
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) < 0 || size.ws_row == 0 || size.ws_col == 0) return -1;
    *rows = size.ws_row;
    *columns = size.ws_col;
    return 0;
}

static struct termios before;

int linux_terminal_read_keys(int fd) {
    if (tcgetattr(fd, &before) < 0) return -1;
    struct termios keys = before;
    // ISIG stays set: Ctrl-C and the like still raise signals.
    keys.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    keys.c_cc[VMIN] = 1;
    keys.c_cc[VTIME] = 0;
    return tcsetattr(fd, TCSADRAIN, &keys);
}

void linux_terminal_restore(int fd) { tcsetattr(fd, TCSADRAIN, &before); }

static const int awaited[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH};

static sigset_t awaited_signals(void) {
    sigset_t set;
    sigemptyset(&set);
    for (unsigned i = 0; i < sizeof awaited / sizeof *awaited; i++) sigaddset(&set, awaited[i]);
    return set;
}

int linux_open_signals(void) {
    sigset_t set = awaited_signals();
    if (sigprocmask(SIG_BLOCK, &set, NULL) < 0) return -1;
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int linux_read_signal(int fd) {
    struct signalfd_siginfo info;
    return read(fd, &info, sizeof info) == sizeof info ? (int)info.ssi_signo : 0;
}

int linux_wait_to_read(int first, int second, int milliseconds) {
    int files[] = {first, second};
    unsigned char ready[2];
    int result = linux_poll(files, ready, 2, milliseconds);
    return result <= 0 ? result : ready[0] | ready[1] << 1;
}

void linux_end_by_signal(int number) {
    signal(number, SIG_DFL);
    raise(number);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, number);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

void linux_stop(void) { raise(SIGSTOP); }
