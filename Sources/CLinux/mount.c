#include "linux_c.h"

#include <sys/mount.h>
#include <sys/statvfs.h>

int linux_make_writable(const char *path) {
    struct statvfs state;
    if (statvfs(path, &state) < 0) return -1;
    if (!(state.f_flag & ST_RDONLY)) return 0;
    if (mount(path, path, NULL, MS_BIND, NULL) < 0) return -1;
    // What else the mount does not allow stays so.
    unsigned long flags = MS_REMOUNT | MS_BIND | MS_NOSUID | MS_NODEV | MS_NOEXEC;
    return mount(NULL, path, NULL, flags, NULL);
}
