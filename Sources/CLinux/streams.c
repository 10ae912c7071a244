#include "linux_c.h"

#include <poll.h>

static int is_closed(int fd) {
    struct stat status;
    return fstat(fd, &status) < 0;
}

// A program may be started with standard streams closed. The next file or socket would get the number of one, and what is written
// for people would go into it. What is opened here in a stream's place refuses its reads and writes as the closed stream would, and
// is closed again where another program is executed.
__attribute__((constructor)) static void occupy_closed_streams(void) {
    enum { streams = 3 };
    struct pollfd polled[streams] = {{.fd = 0}, {.fd = 1}, {.fd = 2}};
    // If all is well this is the only call. It fails where the process may have fewer than three files.
    int count = poll(polled, streams, 0);
    if (count == 0) return;
    for (int fd = 0; fd < streams; fd++) {
        if (count < 0 ? !is_closed(fd) : !(polled[fd].revents & POLLNVAL)) continue;
        int unusable = fd == 0 ? O_WRONLY : O_RDONLY;
        if (open("/dev/null", unusable | O_CLOEXEC) < 0) open("/", O_PATH | O_CLOEXEC);
    }
}
