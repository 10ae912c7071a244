# shellcheck shell=bash
# strace makes one system call fail, or kills the program just before it; which calls there are is learnt from a run without.
# Sourced after scene.sh.
# shellcheck disable=SC2154 # scene.sh and faults.sh set it

# errnos CALL: what the kernel may answer it when memory, descriptors, disks or rights are short. None for a call that
# cannot fail, or only for reasons of the program's own: those of signals, of identity, of the C library's start, and the end.
errnos() {
    case $1 in
    open | openat | socket | pipe | pipe2 | dup | dup2 | dup3) echo EMFILE ENOMEM EACCES ENFILE EPERM ;;
    connect | bind | getsockname | getsockopt) echo ENOMEM EACCES ENOBUFS ECONNREFUSED ;;
    # An option that a kernel does not know is done without.
    setsockopt) echo ENOPROTOOPT ENOMEM ENOBUFS ;;
    sendto | sendmsg) echo ENOMEM ENOBUFS EPERM EINTR EAGAIN ;;
    recvfrom | recvmsg) echo ENOMEM EINTR EIO ;;
    read | readv | pread64) echo EIO EINTR ENOMEM ;;
    write | writev) echo ENOSPC EIO EPIPE EINTR EPERM EAGAIN ;;
    setns) echo EPERM ENOMEM EINVAL ;;
    ioctl) echo ENOMEM EPERM ENOTTY ;;
    access | faccessat | faccessat2) echo EACCES ENOMEM EIO ;;
    # EACCES is what a user namespace answers about process 1.
    fstat | stat | lstat | newfstatat | statx | fstatfs | statfs | readlink | readlinkat) echo ENOMEM EIO ;;
    getdents64 | lseek | fsync | fdatasync | ftruncate) echo EIO ENOMEM ENOSPC ;;
    flock) echo EINTR ENOLCK ENOMEM ;;
    mkdir | mkdirat | rename | renameat | renameat2 | unlink | unlinkat | fchmod | fchown | utimensat | fsetxattr | fremovexattr)
        echo ENOSPC EACCES EIO EPERM
        ;;
    clone | clone3 | fork | vfork) echo EAGAIN ENOMEM ;;
    wait4 | waitid | poll | ppoll | nanosleep | clock_nanosleep) echo EINTR ENOMEM ;;
    execve) echo ENOMEM EACCES EIO ;;
    close) echo EINTR EIO ;;
    prctl | seccomp | capset | capget) echo EPERM EINVAL ENOMEM ;;
    esac
}

# through OPTION...: the run behind strace, which follows children, and lets go of a program that becomes another one. Not with
# --seccomp-bpf, which is quicker: some kernels then let a killed process go on.
through() { $run strace -f -q -b execve "$@"; }

# points: a line each, `CALL NUMBER`, for the calls of the run that `prepare` prepares. Of a program with a dynamic loader those
# from its first netlink socket or file of ours on.
points() {
    $prepare
    through -o "$own/calls" || :
    sed -E 's/^([0-9]+) +/\1 /' "$own/calls" | awk '
        $2 !~ /^[a-z0-9_]+\(/ { next }
        { split($2, parts, "("); call = parts[1]; n = ++count[$1, call] }
        /NETLINK|"\/(etc|run)\/evenkeel/ { begun = 1 }
        (begun || dynamic == "") && !seen[call, n]++ { print call, n }' dynamic="$dynamic"
}

# inject CALL NUMBER WHAT: a run with that fault. Returns its status, 137 if it was killed. Sets $missed if the run did not come
# to that call.
# shellcheck disable=SC2034 # disturb asks for $missed
inject() {
    local status=0
    # A shell would say that strace was killed, too.
    { through -o "$own/trace" -e "trace=$1" -e "inject=$1:$3:when=$2" || status=$?; } 2>/dev/null
    missed=
    grep -q -e INJECTED -e 'killed by SIGKILL' "$own/trace" || missed=yes
    return $status
}
