#include "linux_c.h"

#include <signal.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/un.h>
#include <sys/wait.h>

static int argument_count;
static char **arguments;

// Embedded Swift has no CommandLine, and musl passes constructors no arguments. A new process has in memory the number of
// arguments, the arguments, a null pointer, and then the environment (System V ABI, Process Initialization).
__attribute__((constructor)) static void find_arguments(void) {
    arguments = environ - 1;
    while ((intptr_t)arguments[-1] != argument_count) {
        arguments--;
        argument_count++;
    }
}

int linux_argument_count(void) { return argument_count; }

const char *linux_argument(int index) { return index < argument_count ? arguments[index] : NULL; }

const char *linux_executed_path(void) { return (const char *)getauxval(AT_EXECFN); }

static struct sigaction inherited_pipe_action;
static int ignores_broken_pipes;

void linux_ignore_broken_pipes(void) {
    if (ignores_broken_pipes) return;
    struct sigaction action = {.sa_handler = SIG_IGN};
    ignores_broken_pipes = sigaction(SIGPIPE, &action, &inherited_pipe_action) == 0;
}

int linux_execute_with_arguments(const char *path) {
    // An ignored signal would stay ignored in the executed program.
    if (ignores_broken_pipes) sigaction(SIGPIPE, &inherited_pipe_action, NULL);
    char *own = arguments[0];
    arguments[0] = (char *)path;
    execv(path, arguments);
    arguments[0] = own;
    return -1;
}

int linux_execute_with_arguments_from(const char *path, int first) {
    if (first < 1 || first > argument_count) {
        errno = EINVAL;
        return -1;
    }
    char *own = arguments[first - 1];
    if (ignores_broken_pipes) sigaction(SIGPIPE, &inherited_pipe_action, NULL);
    arguments[first - 1] = (char *)path;
    execv(path, arguments + first - 1);
    arguments[first - 1] = own;
    return -1;
}

static struct sigaction inherited_child_action;

int linux_fork(void) {
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigaction(SIGCHLD, &action, &inherited_child_action);
    int child = fork(), error = errno;
    if (child < 0) sigaction(SIGCHLD, &inherited_child_action, NULL);
    errno = error;
    return child;
}

int linux_wait(int pid) {
    int status, waited;
    do waited = waitpid(pid, &status, 0);
    while (waited < 0 && errno == EINTR);
    int error = errno;
    sigaction(SIGCHLD, &inherited_child_action, NULL);
    errno = error;
    if (waited < 0) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int linux_open_process(int pid) {
    char path[32];
    snprintf(path, sizeof path, "/proc/%d", pid);
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int linux_open_at(int folder, const char *path) { return openat(folder, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC); }

int linux_connect(const char *path, int seconds) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | (seconds > 0 ? 0 : SOCK_NONBLOCK), 0);
    if (fd < 0) return -1;
    struct timeval patience = {.tv_sec = seconds};
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0 &&
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) == 0 &&
        connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

int linux_open_system_log(int *is_journal) {
    static const char *const paths[] = {"/dev/log", "/run/systemd/journal/socket"};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -1;
    for (*is_journal = 1; *is_journal >= 0; --*is_journal) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        strcpy(address.sun_path, paths[*is_journal]);
        if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0) return fd;
    }
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}
