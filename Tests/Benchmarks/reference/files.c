#define _GNU_SOURCE
#include "reference.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

// How many bytes the file has, of which there may be none. Files of /proc come in one piece if there is room for it.
size_t read_file(const char *path, char *text, size_t room) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 && errno == ENOENT) return 0;
    ssize_t size = file < 0 ? -1 : read(file, text, room - 1);
    if (size < 0) fail(path);
    close(file);
    text[size] = 0;
    return (size_t)size;
}

// -1 where there is no such parameter.
int read_number(const char *path) {
    char text[32];
    return read_file(path, text, sizeof text) ? atoi(text) : -1;
}

void write_number(const char *path, int number) {
    char text[16];
    int length = snprintf(text, sizeof text, "%d", number);
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0 || write(file, text, (size_t)length) != length) fail(path);
    close(file);
}

int open_namespace(const char *path) {
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct statfs status;
    if (file < 0 || fstatfs(file, &status) < 0) fail(path);
    if (status.f_type != NSFS_MAGIC || ioctl(file, NS_GET_NSTYPE) != CLONE_NEWNET) {
        errno = EINVAL;
        fail(path);
    }
    return file;
}

// The one that its socket was opened in.
int namespace_of(const struct channel *channel) {
    int file = ioctl(mnl_socket_get_fd(channel->socket), SIOCGSKNS);
    if (file < 0) fail("open the host's namespace");
    return file;
}

bool has_interface(const struct channel *channel, const char *name) {
    struct ifreq question = {0};
    strncpy(question.ifr_name, name, sizeof question.ifr_name - 1);
    return ioctl(mnl_socket_get_fd(channel->socket), SIOCGIFINDEX, &question) == 0;
}

void enter(int namespace) {
    if (setns(namespace, CLONE_NEWNET) < 0) fail("enter a network namespace");
}
