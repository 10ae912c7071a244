# shellcheck shell=bash
# Part of install-test.sh: runs live-test.sh in mount, network and pid namespaces that end with it.
# shellcheck disable=SC2154

live_tests() {
    local sentence="the real podman reads what a real install puts in place" tool
    if ((EUID != 0)); then
        skip "$sentence" "needs root"
        return
    fi
    for tool in podman crun conmon busybox nft jq unshare; do
        command -v "$tool" >/dev/null && continue
        skip "$sentence" "needs $tool"
        return
    done
    unshare -mnpf --kill-child --propagation private \
        bash "$here/live-test.sh" "$repository" "$scratch" "$number" || true
    if [[ -f $scratch/counts ]]; then
        local more_passed more_failed
        read -r number more_passed more_failed <"$scratch/counts"
        passed=$((passed + more_passed)) failed=$((failed + more_failed))
    else
        report 1 "$sentence" "live-test.sh ended before its time"
    fi
}

live_tests
