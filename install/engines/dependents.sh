# shellcheck shell=bash
# Who would be lost without the runtime: engines that have it as their default, and containers that were started by it.
# shellcheck disable=SC2154

# Prints a line for each that keeps the runtime from being removed.
dependents() {
    local file
    if [[ -n $recorded_docker ]] &&
        grep -qsE '"default-runtime"[[:space:]]*:[[:space:]]*"evenkeel"' "$destdir$daemon_json"; then
        echo "dockerd does not start without the default-runtime that $destdir$daemon_json names: take it out first"
    fi
    for file in "$destdir"/{usr/share,etc}/containers/containers.conf \
        "$destdir"/etc/containers/containers.conf.d/*.conf; do
        ! grep -qsE '^[[:blank:]]*(engine\.)?runtime[[:blank:]]*=[[:blank:]]*"([^"]*/)?evenkeel(-[a-z]+)?"' "$file" ||
            echo "podman starts nothing without the runtime that $file names: take it out first"
    done
    [[ -n $destdir ]] || running_containers
}

# Engines stop a container through the runtime that started it. conmon (podman, CRI-O) has it in its arguments,
# containerd in a file of the container's.
running_containers() {
    local process file name path=$prefix/libexec/evenkeel/evenkeel-
    local advice="is stopped through $prefix/libexec/evenkeel: stop it first"
    while IFS= read -r process; do
        grep -qszxF -e "${path}runtime" -e "${path}crun" "$process/cmdline" || continue
        name=$(tr '\0' '\n' <"$process/cmdline" | sed -n '/^-n$/{n;p}')
        echo "the container $name (podman or CRI-O) $advice"
    done < <(processes conmon)
    for file in /run/{containerd,docker/containerd/daemon}/io.containerd.runtime.v2.task/*/*/options.json; do
        ! grep -qsF "\"$path" "$file" || echo "the container $(basename "$(dirname "$file")") (containerd) $advice"
    done
}

# Files of others that go on naming the programs. Their engines still start; what asks for Evenkeel there fails.
warn_of_references() {
    local file
    for file in "$destdir"/etc/{containerd/config.toml,crio/crio.conf,crio/crio.conf.d/*} \
        "$destdir$daemon_json"; do
        [[ $file != "$destdir$daemon_json" || -z $recorded_docker ]] || continue
        ! grep -qsF "$prefix/libexec/evenkeel/evenkeel-" "$file" ||
            note "$file names a program of Evenkeel: take it out, or what asks for it there does not start"
    done
}
