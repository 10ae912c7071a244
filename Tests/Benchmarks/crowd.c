// crowd FILE LIMIT COUNT PROGRAM: runs a CNI plugin for the containers c1 to cCOUNT, LIMIT of them at a time, and writes how
// many nanoseconds it took to FILE. Status 1 if any ends otherwise than with 0.
//
// Whoever starts them takes part of a core meanwhile; this one, linked statically, as little as can be.
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static pid_t start(char *program, int number) {
    char namespace[64], input[64], *arguments[] = {program, NULL};
    snprintf(namespace, sizeof namespace, "/run/netns/c%d", number);
    snprintf(input, sizeof input, "/run/bench/c%d-evenkeel.json", number);
    setenv("CNI_NETNS", namespace, 1);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, input, O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    pid_t pid;
    int failure = posix_spawn(&pid, program, &files, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&files);
    return failure ? -1 : pid;
}

static int finish_one(void) {
    int status;
    return wait(&status) > 0 && status == 0;
}

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(int count, char **arguments) {
    if (count != 5) return 127;
    int limit = atoi(arguments[2]), all = atoi(arguments[3]), running = 0, well = 1;
    long long begin = now();
    for (int number = 1; number <= all && well; number++, running++) {
        if (running == limit) {
            well = finish_one();
            running--;
        }
        well = well && start(arguments[4], number) > 0;
    }
    for (; running > 0; running--) well = finish_one() && well;
    long long end = now();
    FILE *file = fopen(arguments[1], "w");
    if (!file || fprintf(file, "%lld\n", end - begin) < 0 || fclose(file)) return 127;
    return well ? 0 : 1;
}
