#!/usr/bin/env bash
# Builds every overlay and checks what comes of it.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$here/../..
venv=$root/.build/kubernetes-validate
failed=

usage() {
    cat <<'EOF'
usage: install/kubernetes/validate.sh [--schemas [VERSION…]]

Builds every overlay with kubectl kustomize, and checks that the images have Evenkeel's version, that nothing is
privileged and nobody gets rights in the cluster. Needs kubectl 1.21 or later and jq, and Python with PyYAML.

  --schemas   also compare with the API's schemas of these Kubernetes versions (default 1.30 and 1.34), by PyPI's
              kubernetes-validate, which is installed into .build: takes a minute and the network
EOF
}

complain() {
    echo "validate.sh: $1" >&2
    failed=yes
}

schemas=
case ${1:-} in
-h | --help) usage && exit 0 ;;
--schemas)
    shift
    schemas=${*:-1.30 1.34}
    ;;
'') ;;
*)
    usage >&2
    exit 64
    ;;
esac

objects() { python3 -c 'import json, sys, yaml; json.dump(list(yaml.safe_load_all(sys.stdin)), sys.stdout)'; }

version=$(sed -n 's/.*let version = "\(.*\)"$/\1/p' "$root/Sources/LinuxSystem/Product.swift")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

check() { # OVERLAY
    local file=$work/$1.yaml all others
    kubectl kustomize "$here/overlays/$1" >"$file" || {
        complain "$1 cannot be built"
        return
    }
    all=$(objects <"$file")
    others=$(jq -r --arg image "localhost/evenkeel:$version" '.. | .image? // empty | select(. != $image)' <<<"$all")
    [[ -z $others ]] || complain "$1 has the image $others; the version is $version"
    [[ $(jq -c 'map(.kind) | sort' <<<"$all") == '["DaemonSet","Namespace","ServiceAccount"]' ]] ||
        complain "$1 has other objects than a DaemonSet, a Namespace and a ServiceAccount"
    jq -e '[.. | .privileged? // empty] == []' <<<"$all" >/dev/null || complain "$1 has something privileged"
    jq -e '[.[] | select(.kind == "DaemonSet").spec.template.spec | .initContainers[], .containers[] | .securityContext |
        .readOnlyRootFilesystem and .allowPrivilegeEscalation == false and .capabilities.drop == ["ALL"]] | all' \
        <<<"$all" >/dev/null || complain "$1 has a container with more rights than it needs"
}

for overlay in "$here"/overlays/*/; do check "$(basename "$overlay")"; done
for said in "localhost/evenkeel:$version " "version=\"$version\""; do
    grep -qF "$said" "$here/Containerfile" || complain "the Containerfile has another version than $version"
done

if [[ -n $schemas ]]; then
    [[ -x $venv/bin/kubernetes-validate ]] || {
        python3 -m venv "$venv"
        "$venv/bin/pip" install --quiet kubernetes-validate
    }
    for kubernetes in $schemas; do
        "$venv/bin/kubernetes-validate" --quiet --strict -k "$kubernetes" "$work"/*.yaml ||
            complain "Kubernetes $kubernetes would not take it"
    done
fi
[[ -z $failed ]]
