#include "linux_c.h"

#include <linux/magic.h>
#include <linux/netlink.h>
#include <linux/nsfs.h>
#include <linux/openat2.h>
#include <linux/sockios.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71 // asm-generic/socket.h
#endif

#ifndef __GLIBC__
const char *strerrorname_np(int number); // Sources/CStaticRuntime/names.c
#endif

int linux_errno(void) { return errno; }

const char *linux_errno_name(int number) {
    const char *name = strerrorname_np(number);
    return name ? name : "";
}

// Not open(2): musl's sets the flag again with a second system call, for kernels without O_CLOEXEC.
int linux_open(const char *path, int flags) { return openat(AT_FDCWD, path, flags | O_CLOEXEC); }

int linux_open_to_append(const char *path) {
    // Follow no symbolic link and wait for no FIFO's reader: somebody may have planted the name.
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);
    struct stat status;
    // Only regular files: a block device, for example, cannot be appended to.
    if (fd < 0 || (fstat(fd, &status) == 0 && S_ISREG(status.st_mode))) return fd;
    close(fd);
    errno = EINVAL;
    return -1;
}

int linux_setns_network(int fd) { return setns(fd, CLONE_NEWNET); }

int linux_unshare_network(void) { return unshare(CLONE_NEWNET); }

int linux_rename_to_new(const char *from, const char *to) {
    enum { no_replace = 1 }; // RENAME_NOREPLACE of linux/fs.h
    if (syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, no_replace) == 0) return 0;
    // File systems that cannot: a hard link fails in the same way if something has the name.
    if (errno != EINVAL && errno != ENOSYS) return -1;
    return link(from, to) == 0 ? unlink(from) : -1;
}

static int open_without_links(const char *path, int flags) {
    struct open_how how = {.flags = (unsigned)(flags | O_NOFOLLOW | O_CLOEXEC), .resolve = RESOLVE_NO_SYMLINKS};
    int fd = (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
    // Kernels before 5.6, and filters of system calls that do not know it: then only the last part may be no link.
    return fd < 0 && (errno == ENOSYS || errno == EPERM) ? open(path, (int)how.flags) : fd;
}

int linux_socket_namespace_cookie(int fd, uint64_t *cookie) {
    socklen_t size = sizeof *cookie;
    return getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, cookie, &size);
}

int linux_open_file_without_links(const char *path) {
    int fd = open_without_links(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    struct stat status;
    if (fd < 0 || (fstat(fd, &status) == 0 && S_ISREG(status.st_mode))) return fd;
    close(fd);
    errno = EINVAL;
    return -1;
}

DIR *linux_open_folder_without_links(const char *path) {
    int fd = open_without_links(path, O_RDONLY | O_DIRECTORY);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (fd >= 0 && !folder) close(fd);
    return folder;
}

int linux_open_namespace_file(const char *path, int follow) {
    // O_PATH opens nothing: a device would otherwise be started, and a FIFO's writer woken.
    int place = follow ? open(path, O_PATH | O_CLOEXEC) : open_without_links(path, O_PATH), file = -1;
    if (place < 0) return -1;
    struct statfs file_system;
    struct stat status;
    if (fstat(place, &status) == 0 && fstatfs(place, &file_system) == 0) {
        if (S_ISLNK(status.st_mode))
            errno = ELOOP;
        else if (file_system.f_type != NSFS_MAGIC)
            errno = EINVAL;
        else {
            char name[32];
            snprintf(name, sizeof name, "/proc/self/fd/%d", place);
            file = open(name, O_RDONLY | O_CLOEXEC);
        }
    }
    int error = errno;
    close(place);
    errno = error;
    return file;
}

int linux_namespace_owner(int fd, unsigned *user) {
    int owner = ioctl(fd, NS_GET_USERNS);
    if (owner < 0) return -1;
    uid_t uid;
    int result = ioctl(owner, NS_GET_OWNER_UID, &uid), error = errno;
    close(owner);
    errno = error;
    if (result == 0) *user = uid;
    return result;
}

int linux_is_network_namespace(int fd) {
    struct statfs file_system;
    if (fstatfs(fd, &file_system) < 0) return -1;
    // Ask only nsfs: the ioctl's number may mean something else to another file system.
    if (file_system.f_type != NSFS_MAGIC) return 0;
    int type = ioctl(fd, NS_GET_NSTYPE);
    return type < 0 ? -1 : type == CLONE_NEWNET;
}

int linux_socket_namespace(int fd) { return ioctl(fd, SIOCGSKNS); }

int linux_connect_to_kernel(int fd) {
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    return connect(fd, (struct sockaddr *)&kernel, sizeof kernel);
}

ssize_t linux_receive(int fd, void *buffer, size_t size, unsigned *sender) {
    struct sockaddr_nl address = {.nl_family = AF_NETLINK};
    socklen_t length = sizeof address;
    ssize_t count = recvfrom(fd, buffer, size, MSG_TRUNC | MSG_DONTWAIT, (struct sockaddr *)&address, &length);
    *sender = address.nl_pid;
    return count;
}

int linux_try_lock(int fd) { return flock(fd, LOCK_EX | LOCK_NB); }

int linux_open_lock(const char *path, int creating) {
    return openat(AT_FDCWD, path, O_RDWR | (creating ? O_CREAT : 0) | O_NOFOLLOW | O_CLOEXEC, 0600);
}

int linux_try_lock_byte(int fd, unsigned long long place) {
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = (off_t)place, .l_len = 1};
    return fcntl(fd, F_OFD_SETLK, &lock);
}

struct dirent *linux_next_entry(DIR *directory) {
    errno = 0;
    return readdir(directory);
}

int linux_open_directory(const char *path) {
    return open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

int linux_open_folder_at(int folder, const char *name) {
    return openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

int linux_open_file_at(int folder, const char *name) {
    return openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

int linux_create_at(int folder, const char *name) {
    return openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
}

int linux_has_proc(void) {
    struct statfs file_system;
    return statfs("/proc", &file_system) == 0 && file_system.f_type == PROC_SUPER_MAGIC;
}
