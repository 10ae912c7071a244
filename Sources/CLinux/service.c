#include "linux_c.h"

#include <poll.h>
#include <stddef.h>
#include <sys/un.h>

int linux_poll(const int *fds, unsigned char *ready, int count, int milliseconds) {
    struct pollfd files[LINUX_MOST_POLLED];
    if (count > LINUX_MOST_POLLED) {
        errno = EINVAL;
        return -1;
    }
    for (int i = 0; i < count; i++) files[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
    int result = poll(files, (nfds_t)count, milliseconds);
    for (int i = 0; i < count; i++) ready[i] = result > 0 && files[i].revents != 0;
    return result;
}

static int unix_address(const char *path, struct sockaddr_un *address, socklen_t *length) {
    size_t count = strlen(path);
    if (count == 0 || count >= sizeof address->sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(address->sun_path, path, count);
    // A name that begins with @ is abstract, without a file.
    if (path[0] == '@') address->sun_path[0] = 0;
    *length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + count);
    return 0;
}

int linux_listen(const char *path, unsigned mode) {
    struct sockaddr_un address;
    socklen_t length;
    if (unix_address(path, &address, &length) < 0) return -1;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -1;
    unlink(path);
    // Nobody may connect before the file has its mode.
    mode_t before = umask(0777 & ~mode);
    int result = bind(fd, (struct sockaddr *)&address, length);
    umask(before);
    if (result == 0 && listen(fd, 16) == 0) return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

int linux_accept(int fd) { return accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK); }

int linux_peer_may(int fd, unsigned group, int has_group) {
    struct ucred peer;
    socklen_t length = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0) return 0;
    if (peer.uid == 0 || (has_group && peer.gid == group)) return 1;
    gid_t groups[256];
    length = sizeof groups;
    if (!has_group || getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &length) < 0) return 0;
    for (unsigned i = 0; i < length / sizeof *groups; i++)
        if (groups[i] == group) return 1;
    return 0;
}

ssize_t linux_receive_now(int fd, void *buffer, size_t size) { return recv(fd, buffer, size, MSG_DONTWAIT); }

ssize_t linux_send_now(int fd, const void *bytes, size_t size) {
    return send(fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
}

int linux_notify(const char *path, const char *text, int attached) {
    struct sockaddr_un address;
    socklen_t length;
    if (unix_address(path, &address, &length) < 0) return -1;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec part = {.iov_base = (void *)text, .iov_len = strlen(text)};
    struct msghdr message = {.msg_name = &address, .msg_namelen = length, .msg_iov = &part, .msg_iovlen = 1};
    if (attached >= 0) {
        message.msg_control = &control;
        message.msg_controllen = sizeof control;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof attached);
        memcpy(CMSG_DATA(header), &attached, sizeof attached);
    }
    ssize_t sent = sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    int error = errno;
    close(fd);
    errno = error;
    return sent < 0 ? -1 : 0;
}

int linux_replace_file(const char *path, const char *temporary, const void *bytes, size_t size) {
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (fd < 0) return -1;
    const char *rest = bytes;
    // For all to read, whatever the umask is.
    int result = fchmod(fd, 0644);
    while (size > 0 && result == 0) {
        ssize_t written = write(fd, rest, size);
        if (written > 0) {
            rest += written;
            size -= (size_t)written;
        } else if (written < 0 && errno != EINTR) result = -1;
    }
    int error = errno;
    close(fd);
    errno = error;
    if (result == 0) result = rename(temporary, path);
    if (result < 0) {
        error = errno;
        unlink(temporary);
        errno = error;
    }
    return result;
}
