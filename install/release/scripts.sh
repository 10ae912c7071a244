# shellcheck shell=bash
# What packages do beside unpacking their files, as shell text. For deb.sh and rpm.sh.

setup=/usr/share/evenkeel/setup/release/host.sh

# The hook's JSON and the plugin of the other installation would be overwritten.
refuse_other_installation() {
    cat <<'EOF'
if [ -e /usr/local/lib/evenkeel/manifest ]; then
    echo "evenkeel: install.sh has installed it below /usr/local: run its uninstall.sh first" >&2
    exit 1
fi
EOF
}

# Starts and enables nothing. A host without the runtimes' folders keeps the package.
configure_host() {
    cat <<EOF
$setup configure || echo "evenkeel: not all is set up; then run: $setup configure" >&2
$(reload_units)
if [ -d /run/systemd/system ] && systemctl is-active -q evenkeel-watch; then
    echo "evenkeel: the watcher that runs is still the former program: systemctl restart evenkeel-watch"
fi
EOF
}

reload_units() { echo 'if [ -d /run/systemd/system ]; then systemctl daemon-reload || :; fi'; }

# A container that started before the hook was gone has made the host's tables again.
sweep() {
    cat <<EOF
for family in ip ip6; do nft delete table \$family evenkeel 2>/dev/null || :; done
rm -rf /run/evenkeel
if [ -f /run/evenkeel.removed-hook ]; then
    mkdir -p /usr/libexec/evenkeel
    mv -f /run/evenkeel.removed-hook /usr/libexec/evenkeel/evenkeel-hook
fi
$(reload_units)
EOF
}

# What is left to do, for the engines that are there.
first_commands() {
    cat <<'EOF'
echo "Evenkeel: sudo evenkeel doctor says what is wrong with this host's containers, sudo evenkeel apply --all mends it."
if command -v podman >/dev/null; then
    echo "  podman: containers are safe from their next start on; with --userns: podman run --runtime evenkeel"
fi
if command -v dockerd >/dev/null; then
    echo "  Docker: sudo systemctl reload docker, then docker run --runtime evenkeel"
fi
if command -v containerd >/dev/null; then
    echo "  containerd, Kubernetes: sudo evenkeel cni directories, then sudo evenkeel cni add --dir DIRECTORY"
fi
echo "  To keep all of it so: sudo systemctl enable --now evenkeel-host evenkeel-watch"
EOF
}
