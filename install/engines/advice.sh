# shellcheck shell=bash
# What the administrator still has to do for each engine.
# shellcheck disable=SC2154

say_what_is_next() {
    local engine
    [[ -z $destdir && -z $dry_run ]] || return 0
    for engine in "${engines[@]}"; do "advise_${engine//-/}"; done
    say "A CNI network is guarded once { \"type\": \"evenkeel\" } is the last plugin of its list: see hooks/cni, or" \
        "--cni-lists."
    advise_unit
    say "The built-in policy applies; /etc/evenkeel/policy.json is only needed to change it."
}

advise_podman() {
    local runtime=evenkeel
    has_program runc || ! has_program crun || runtime=evenkeel-crun
    cat <<TEXT
podman: containers that start from now on pass through the hook. Those with --userns or --uidmap get their network after
  it: give them --runtime $runtime$([[ $runtime == evenkeel-crun ]] || echo " (runc), or --runtime evenkeel-crun").
TEXT
}

advise_docker() {
    if [[ -z $docker_verdict ]]; then
        say "Docker: $daemon_json was left as it is, see above."
        return
    fi
    cat <<TEXT
Docker: let dockerd read $daemon_json (systemctl reload docker). Then: docker run --runtime evenkeel …
  For every container: "default-runtime": "evenkeel" in the same file. Take that out before uninstall.sh.
  Docker 25 to 27 also: docker run --device evenkeel.dev/network=safe …, with "features": {"cdi": true} in the file.
TEXT
}

advise_containerd() {
    cat <<TEXT
containerd: CNI lists (below) guard its containers. For a runtime class, put into /etc/containerd/config.toml and
  restart it (version 3 of the file: io.containerd.cri.v1.runtime instead of io.containerd.grpc.v1.cri):
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.evenkeel]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.evenkeel.options]
        BinaryName = "$(runtime_path)"
TEXT
}

advise_crio() {
    local runtime=evenkeel-runtime
    has_program runc || ! has_program crun || runtime=evenkeel-crun
    cat <<TEXT
CRI-O: containers that start from now on pass through the hook, if its hooks_dir holds $hooks_dir.
  For a runtime class, put into /etc/crio/crio.conf.d/evenkeel.conf and restart it:
    [crio.runtime.runtimes.evenkeel]
      runtime_path = "$prefix/libexec/evenkeel/$runtime"
TEXT
}
