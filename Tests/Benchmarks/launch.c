// launch FILE PROGRAM [ARGUMENT…]: runs a program and writes its page faults and peak memory in KiB to FILE.
//
// The kernel counts the memory of whoever starts a program as that program's own until it is executed, so its peak is never
// below the starter's. This one, linked statically, has next to none.
#include <spawn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

int main(int count, char **arguments) {
    struct rusage usage;
    pid_t pid;
    int status;
    if (count < 3 || posix_spawn(&pid, arguments[2], NULL, NULL, arguments + 2, environ)) return 127;
    if (wait4(pid, &status, 0, &usage) < 0) return 127;
    FILE *file = fopen(arguments[1], "w");
    if (!file || fprintf(file, "%ld %ld\n", usage.ru_minflt, usage.ru_maxrss) < 0 || fclose(file)) return 127;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
