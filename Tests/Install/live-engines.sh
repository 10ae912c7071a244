# shellcheck shell=bash
# Part of live-test.sh: what podman makes of the runtimes and the device, and what uninstall.sh makes of containers.
# shellcheck disable=SC2154

called=/run/runtime-called
device=(--device evenkeel.dev/network=safe)

default_runtime() { podman info --format '{{.Host.OCIRuntime.Name}}'; }

# The containers here are without cgroups, which podman allows only to runtimes that it is told of.
allow_without_cgroups() {
    printf '[engine]\nruntime_supports_nocgroup = ["crun", "evenkeel", "evenkeel-crun"]\n' \
        >/etc/containers/containers.conf.d/zz-test.conf
}

runtimes_are_added() {
    local runtime
    same "$(default_runtime)" "$(<"$scratch/default-runtime")"
    allow_without_cgroups
    for runtime in evenkeel evenkeel-crun; do
        rm -f "$called"
        engine=(--runtime "$runtime")
        run_container --network none
        same "$(grep -c "^${runtime/%evenkeel/evenkeel-runtime} start " "$called")" 1
        same "$(times_fired)" 1
    done
}

device_fires() {
    run_container --network none "${device[@]}"
    same "$(times_fired)" 2
    mv "$hook" "$scratch/hook.json"
    run_container --network none "${device[@]}"
    same "$(times_fired)" 1
    same "$(jq -rs '.[0].status' "$fired")" created
    run_container --network none
    same "$(times_fired)" 0
    mv "$scratch/hook.json" "$hook"
}

# As containerd writes it for each container.
containerd_options() { printf '{"binary_name":"%s","root":"/run/containerd/runc"}' "$1"; }

uninstall_waits_for_containers() {
    local before bundle=/run/containerd/io.containerd.runtime.v2.task/default/keel
    allow_without_cgroups
    before=$(state)
    ln -sf busybox "$scratch/rootfs/bin/sleep"
    podman --runtime evenkeel --cgroup-manager cgroupfs --events-backend file run -d --name keel --cgroups=disabled \
        --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 --network none --rootfs "$scratch/rootfs" sleep 1000
    fails_with 1 "the container keel (podman or CRI-O) needs /usr/local/libexec/evenkeel to be stopped" uninstall_it
    contains "$(uninstall_it --force --dry-run 2>&1)" "note: --force: the container keel (podman or CRI-O) needs"
    contains "$(uninstall_it --force --dry-run 2>&1)" "would remove $hook"
    podman --cgroup-manager cgroupfs rm -f -t 0 keel
    mkdir -p "$bundle"
    containerd_options /usr/local/libexec/evenkeel/evenkeel-runtime >"$bundle/options.json"
    fails_with 1 "the container keel (containerd) needs /usr/local/libexec/evenkeel" uninstall_it
    same "$(state)" "$before"
    # Nor does what was started by others matter.
    containerd_options /usr/sbin/runc >"$bundle/options.json"
    contains "$(uninstall_it --dry-run)" "would remove $hook"
    rm -r /run/containerd /etc/containers/containers.conf.d/zz-test.conf
}

# with_program NAME USER ARGUMENTS COMMAND …: the command while the user runs a program of that name with the arguments.
with_program() {
    local process folder=/run/programs
    rm -rf "$folder" && mkdir -p "$folder"
    cp "$(command -v bash)" "$folder/$1"
    printf 'echo >%s/ready\nread -r _\n' "$folder" >"$folder/script"
    mkfifo "$folder/"{ready,input}
    chmod 666 "$folder/ready"
    # shellcheck disable=SC2086
    setpriv --reuid "$2" --regid "$2" --clear-groups "$folder/$1" "$folder/script" $3 <>"$folder/input" &
    process=$!
    read -r _ <"$folder/ready"
    "${@:4}"
    kill "$process"
}

# Who runs such a program, and under which name, is what counts.
uninstall_waits_for_nobody_else() {
    local before arguments="-c 1 -r /usr/local/libexec/evenkeel/evenkeel-runtime -n it's"
    before=$(state)
    with_program conmon 0 "$arguments" fails_with 1 "the container it\\'s (podman or CRI-O) needs" uninstall_it --dry-run
    with_program conmon 65534 "$arguments" uninstall_it --dry-run >"$scratch/said" 2>&1
    contains "$(<"$scratch/said")" "of user 65534 seems to run the container it\\'s with this runtime"
    contains "$(<"$scratch/said")" "would remove $hook"
    with_program monitor 0 "$arguments" uninstall_it --dry-run >"$scratch/said" 2>&1
    lacks "$(<"$scratch/said")" "the container"
    same "$(state)" "$before"
}

# What stays of the hook for containers that started with it; the engine would warn otherwise.
containers_outlive_it() {
    local before name program=/usr/local/libexec/evenkeel/evenkeel-hook
    local podman=(podman --cgroup-manager cgroupfs --events-backend file --runtime crun)
    before=$(state)
    install_it
    ln -sf busybox "$scratch/rootfs/bin/sleep"
    for name in first second; do
        "${podman[@]}" run -d --name $name --cgroups=disabled --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 \
            --network none --rootfs "$scratch/rootfs" sleep 1000
    done
    contains "$(uninstall_it --dry-run)" "would replace $program by a script that does nothing"
    contains "$(uninstall_it)" "Containers that run name $program: it stays as a script that does nothing"
    same "$("${podman[@]}" rm -f -t 0 first 2>&1)" first
    contains "$(uninstall_it)" "Containers that run name $program"
    # Whoever installs it again has the hook.
    contains "$(install_it)" "replace $program"
    uninstall_it
    same "$("${podman[@]}" rm -f -t 0 second 2>&1)" second
    same "$(state)" "$before"
}

# What ordinary users run is not looked at. Nothing of theirs takes the script away, so a second uninstall does.
users_containers_may_outlive_it() {
    local before program=/usr/local/libexec/evenkeel/evenkeel-hook
    before=$(state)
    install_it
    with_program conmon 65534 "-c 1" uninstall_it >"$scratch/said" 2>&1
    contains "$(<"$scratch/said")" "Containers that run name $program"
    with_program conmon 65534 "-c 1" "$program" </dev/null
    [[ -x $program ]]
    contains "$(uninstall_it --dry-run)" "would remove $program"
    contains "$(uninstall_it)" "remove $program"
    same "$(state)" "$before"
}

dockerd_that_reads_another_file() {
    local before
    before=$(state)
    with_program dockerd 0 --config-file=/srv/daemon.json install_it --engines docker >"$scratch/said" 2>&1
    contains "$(<"$scratch/said")" "not added to /etc/docker/daemon.json: dockerd reads /srv/daemon.json instead"
    [[ ! -e /etc/docker/daemon.json ]]
    with_program dockerd 0 --config-file=/etc/docker/daemon.json install_it --engines docker >"$scratch/said" 2>&1
    contains "$(<"$scratch/said")" "add runtimes.evenkeel to /etc/docker/daemon.json"
    uninstall_it
    with_program dockerd 65534 --config-file=/srv/daemon.json install_it --engines docker >"$scratch/said" 2>&1
    contains "$(<"$scratch/said")" "add runtimes.evenkeel to /etc/docker/daemon.json"
    contains "$(uninstall_it)" "remove /etc/docker/daemon.json"
    same "$(state)" "$before"
}

what_is_next() {
    local said engine
    said=$(install_it --engines podman,docker,containerd,cri-o --prefix /opt/keel)
    for engine in podman Docker containerd CRI-O; do contains "$said" $'\n'"$engine: "; done
    contains "$said" "/opt/keel/bin/evenkeel runtime-class --containerd"
    contains "$said" "/opt/keel/bin/evenkeel runtime-class --crio"
    contains "$said" "docker run --runtime evenkeel"
    contains "$(tail -n 1 <<<"$said")" "systemctl reload docker"
    contains "$said" "systemctl enable --now evenkeel-host"
    mkdir -p /etc/systemd/system/multi-user.target.wants
    ln -s ../evenkeel-host.service /etc/systemd/system/multi-user.target.wants/
    said=$(install_it --engines podman --prefix /opt/keel)
    lacks "$said" "enable --now evenkeel-host"
    contains "$said" "--userns"
    lacks "$said" "Docker: "
    same "$(tail -n 3 <<<"$said" | sed 's/ *#.*//' | paste -sd'|')" "Next:|    /opt/keel/bin/evenkeel doctor|    /opt/keel/bin/evenkeel apply --all"
    lacks "$(install_it --engines podman --prefix /opt/keel --dry-run)" "podman: "
    contains "$(uninstall_it --prefix /opt/keel)" "dockerd forgets the runtime when it is restarted"
}

hook_where_others_look() {
    mkdir -p /opt/theirs /etc/containers/containers.conf.d
    printf '[engine]\nhooks_dir = ["/opt/theirs"]\n' >/etc/containers/containers.conf.d/theirs.conf
    install_it
    [[ ! -e $hook ]]
    run_container --network none
    same "$(times_fired)" 1
    uninstall_it
    rm -r /opt/theirs /etc/containers/containers.conf.d/theirs.conf
}

engines_found() {
    local said
    said=$(install_it)
    [[ -e $drop_in ]]
    contains "$said" "podman: "
    command -v crio >/dev/null || lacks "$said" "CRI-O: "
    # Docker is found by its directory too.
    mkdir -p /etc/docker
    contains "$(install_it)" "runtimes.evenkeel in /etc/docker/daemon.json"
    uninstall_it
}
