# shellcheck shell=bash
# What the administrator still has to do for each engine.
# shellcheck disable=SC2154

say_what_is_next() {
    local engine
    [[ -z $destdir && -z $dry_run ]] || return 0
    for engine in "${engines[@]}"; do "advise_${engine//-/}"; done
    [[ -n $cni_lists ]] ||
        say "To guard the CNI networks of containerd, CRI-O, k3s and podman, run this again with --cni-lists."
    advise_units
    say "The built-in policy applies. To change it, write /etc/evenkeel/policy.json."
    say_first_commands
}

# The command line as a shell finds it.
command_line() { case $prefix in /usr | /usr/local) echo evenkeel ;; *) echo "$prefix/bin/evenkeel" ;; esac; }

advise_podman() {
    local runtime=evenkeel
    has_program runc || ! has_program crun || runtime=evenkeel-crun
    cat <<TEXT
podman: containers that start from now on run the hook. With --userns or --uidmap the network comes after the hook, so
  start these containers with --runtime $runtime$([[ $runtime == evenkeel-crun ]] || echo " (runc), or --runtime evenkeel-crun").
TEXT
}

advise_docker() {
    if [[ -z $docker_verdict ]]; then
        say "Docker: $daemon_json was not changed, see above."
        return
    fi
    cat <<TEXT
Docker: make dockerd read $daemon_json (systemctl reload docker). Then: docker run --runtime evenkeel …
  For every container: set "default-runtime": "evenkeel" in the same file. Remove that before you run uninstall.sh.
  Docker 25 to 27, also: docker run --device evenkeel.dev/network=safe …, with "features": {"cdi": true} in the file.
TEXT
}

advise_containerd() {
    cat <<TEXT
containerd: CNI lists (below) guard its containers, and the watcher those that start without. For a runtime class:
    $(command_line) runtime-class --containerd >>/etc/containerd/config.toml    (then restart containerd)
TEXT
}

advise_crio() {
    cat <<TEXT
CRI-O: containers that start from now on run the hook, if CRI-O's hooks_dir includes $hooks_dir.
  For a runtime class: $(command_line) runtime-class --crio >/etc/crio/crio.conf.d/evenkeel.conf    (then restart CRI-O)
TEXT
}

# The two commands to begin with.
say_first_commands() {
    local command="$prefix/bin/evenkeel"
    [[ ":$PATH:" != *":$prefix/bin:"* ]] || command=evenkeel
    say "Next:"
    say "    $command doctor          # what is wrong with this host's containers"
    if wants docker && [[ -n $docker_verdict ]]; then
        say "    systemctl reload docker  # then: docker run --runtime evenkeel …"
    elif ! wants podman && ! wants cri-o && wants containerd && [[ -z $cni_lists ]]; then
        say "    $0 --cni-lists           # guards containerd's networks"
    else
        say "    $command apply --all     # makes the containers safe that run already"
    fi
}
