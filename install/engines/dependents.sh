# shellcheck shell=bash
# What needs the runtime: engines that have it as their default, and containers that it started.
# shellcheck disable=SC2154

# Prints a line for each reason not to remove the runtime.
dependents() {
    local file
    if [[ -n $recorded_docker ]] &&
        grep -qsE '"default-runtime"[[:space:]]*:[[:space:]]*"evenkeel"' "$destdir$daemon_json"; then
        echo "$destdir$daemon_json sets default-runtime to evenkeel, and dockerd does not start without it: remove that first"
    fi
    for file in "$destdir"/{usr/share,etc}/containers/containers.conf \
        "$destdir"/etc/containers/containers.conf.d/*.conf; do
        ! grep -qsE '^[[:blank:]]*(engine\.)?runtime[[:blank:]]*=[[:blank:]]*"([^"]*/)?evenkeel(-[a-z]+)?"' "$file" ||
            echo "$file names this runtime as podman's default, and podman starts nothing without it: remove that first"
    done
    [[ -n $destdir ]] || running_containers
}

# Engines stop a container with the runtime that started it. conmon (podman, CRI-O) has its path in its arguments,
# containerd in a file for each container.
running_containers() {
    local process file name path=$prefix/libexec/evenkeel/evenkeel-
    local advice="needs $prefix/libexec/evenkeel to be stopped: stop it first"
    while IFS= read -r process; do
        grep -qszxF -e "${path}runtime" -e "${path}crun" "$process/cmdline" || continue
        name=$(tr '\0' '\n' <"$process/cmdline" | sed -n '/^-n$/{n;p}')
        echo "the container $name (podman or CRI-O) $advice"
    done < <(processes conmon)
    for file in /run/{containerd,docker/containerd/daemon}/io.containerd.runtime.v2.task/*/*/options.json; do
        ! grep -qsF "\"$path" "$file" || echo "the container $(basename "$(dirname "$file")") (containerd) $advice"
    done
}

# Other files that still name the programs. Their engines still start; containers that ask for Evenkeel there fail.
warn_of_references() {
    local file
    for file in "$destdir"/etc/{containerd/config.toml,crio/crio.conf,crio/crio.conf.d/*} \
        "$destdir$daemon_json"; do
        [[ $file != "$destdir$daemon_json" || -z $recorded_docker ]] || continue
        ! grep -qsF "$prefix/libexec/evenkeel/evenkeel-" "$file" ||
            note "$file names a program of Evenkeel: remove the entry, or containers that use it do not start"
    done
}
