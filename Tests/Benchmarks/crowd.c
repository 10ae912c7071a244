// crowd FILE CORES LIMIT COUNT PROGRAM: runs a CNI plugin for the containers c1 to cCOUNT and writes how many nanoseconds it took
// to FILE. On each of that many cores a starter runs its share, LIMIT of them at a time. Status 1 if any ends otherwise than
// with 0.
//
// Whoever starts them takes part of a core meanwhile; this one, linked statically, as little as can be. The starters are bound
// to their cores because the kernel moves no process that has run for less than half a millisecond (sched_migration_cost_ns),
// which is as long as these live: started from one place they would wait in line while the other core sleeps.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
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

// The containers first, first + step, … up to all; status 0 if all is well.
static int run(char *program, int first, int step, int all, int limit) {
    int running = 0, well = 1;
    for (int number = first; number <= all && well; number += step, running++) {
        if (running == limit) {
            well = finish_one();
            running--;
        }
        well = well && start(program, number) > 0;
    }
    for (; running > 0; running--) well = finish_one() && well;
    return !well;
}

static void keep_to(int core) {
    cpu_set_t allowed, one;
    CPU_ZERO(&one);
    sched_getaffinity(0, sizeof allowed, &allowed);
    for (int number = 0; number < CPU_SETSIZE; number++)
        if (CPU_ISSET(number, &allowed) && core-- == 0) CPU_SET(number, &one);
    sched_setaffinity(0, sizeof one, &one);
}

int main(int count, char **arguments) {
    if (count != 6) return 127;
    int cores = atoi(arguments[2]), limit = atoi(arguments[3]), all = atoi(arguments[4]), well = 1;
    long long begin = now();
    for (int core = 0; core < cores; core++) {
        if (fork()) continue;
        if (cores > 1) keep_to(core);
        _exit(run(arguments[5], core + 1, cores, all, limit));
    }
    for (int core = 0; core < cores; core++) well = finish_one() && well;
    long long end = now();
    FILE *file = fopen(arguments[1], "w");
    if (!file || fprintf(file, "%lld\n", end - begin) < 0 || fclose(file)) return 127;
    return well ? 0 : 1;
}
