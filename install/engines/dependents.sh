# shellcheck shell=bash
# What needs the runtime: engines that have it as their default, and containers that it started. What needs the plugin: containers
# that started with it. Whatever others chose, names of files and of containers, is printed quoted.
# shellcheck disable=SC2154

# Prints a line for each reason not to remove the runtime and the plugin.
dependents() {
    local file
    if [[ -n $recorded_docker ]] &&
        grep -qsE '"default-runtime"[[:space:]]*:[[:space:]]*"evenkeel"' "$destdir$daemon_json"; then
        echo "$destdir$daemon_json sets default-runtime to evenkeel, and dockerd does not start without it: remove that first"
    elif [[ -z $destdir && -n $recorded_docker ]] && dockerd_runs_by_us; then
        echo "dockerd still has evenkeel as its default runtime, and starts nothing without it: sudo systemctl restart docker first"
    fi
    for file in "$destdir"/{usr/share,etc}/containers/containers.conf \
        "$destdir"/etc/containers/containers.conf.d/*.conf; do
        ! grep -qsE '^[[:blank:]]*(engine\.)?runtime[[:blank:]]*=[[:blank:]]*"([^"]*/)?evenkeel(-[a-z]+)?"' "$file" ||
            printf "%q names this runtime as podman's default, and podman starts nothing without it: remove that first\n" \
                "$file"
    done
    if [[ -z $destdir ]]; then
        running_containers
        containers_with_plugin
    fi
}

# Whether the dockerd that runs has this runtime as its default: a reload does not take that back.
dockerd_runs_by_us() {
    [[ -S /run/docker.sock ]] && command -v docker >/dev/null &&
        [[ $(timeout 5 docker --host unix:///run/docker.sock info --format '{{.DefaultRuntime}}' 2>/dev/null) == evenkeel ]]
}

# Engines stop a container with the runtime that started it. conmon (podman, CRI-O) has its path in its arguments,
# containerd in a file for each container.
running_containers() {
    local user process file
    local advice="needs $prefix/libexec/evenkeel to be stopped: stop it first"
    while read -r user process; do
        if [[ $user == 0 ]] && has_our_runtime "$process"; then
            printf 'the container %q (podman or CRI-O) %s\n' "$(container_of "$process")" "$advice"
        fi
    done < <(processes conmon)
    for file in /run/{containerd,docker/containerd/daemon}/io.containerd.runtime.v2.task/*/*/options.json; do
        ! grep -qsF "\"$prefix/libexec/evenkeel/evenkeel-" "$file" ||
            printf 'the container %q (containerd) %s\n' "$(basename "$(dirname "$file")")" "$advice"
    done
}

# podman and CRI-O stop a container by the list with which it started: libcni keeps it, in base64. Without the plugin the container's
# address stays taken, and a pod of CRI-O does not end. containerd takes the list that is there now.
containers_with_plugin() {
    local file id
    for file in /var/lib/cni/results/*; do
        [[ -f $file ]] || continue
        id=$(sed -n 's/.*"containerId":"\([0-9a-f]*\)".*/\1/p' "$file")
        [[ -n $id && -n $(compgen -G "/run/containers/storage/*-containers/$id") ]] || continue
        ! sed -n 's/.*"config":"\([^"]*\)".*/\1/p' "$file" | base64 -d 2>/dev/null | grep -E "$plugin_entry" >/dev/null ||
            echo "the container ${id::12} (podman or CRI-O) needs the CNI plugin to be stopped: stop it first"
    done
}

# has_our_runtime PROCESS: whether one of its arguments is the runtime.
has_our_runtime() {
    grep -qszxF -e "$prefix/libexec/evenkeel/evenkeel-runtime" -e "$prefix/libexec/evenkeel/evenkeel-crun" "$1/cmdline"
}

container_of() { tr '\0' '\n' <"$1/cmdline" | sed -n '/^-n$/{n;p;q}'; }

# Nobody has to wait for ordinary users: what they run may be no container at all.
warn_of_users_containers() {
    local user process number=0
    [[ -z $destdir ]] || return 0
    while read -r user process; do
        [[ $user != 0 ]] || continue
        has_our_runtime "$process" || continue
        ((++number <= 10)) || break
        note "process ${process##*/} of user $user seems to run the container $(printf %q "$(container_of "$process")")" \
            "with this runtime: podman cannot stop it any more, only kill it"
    done < <(processes conmon)
}

# Other files that still name the programs. Their engines still start; containers that ask for Evenkeel there fail.
warn_of_references() {
    local file
    for file in "$destdir"/etc/{containerd/config.toml,crio/crio.conf,crio/crio.conf.d/*} \
        "$destdir$daemon_json"; do
        [[ $file != "$destdir$daemon_json" || -z $recorded_docker ]] || continue
        ! grep -qsF "$prefix/libexec/evenkeel/evenkeel-" "$file" ||
            note "$(printf %q "$file") names a program of Evenkeel: remove the entry, or containers that use it do not start"
    done
}
