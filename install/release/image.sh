# shellcheck shell=bash
# The image for Kubernetes, and the manifests that run it. For make-packages.sh.
# shellcheck disable=SC2154

# What `kubectl apply -k` needs, and what tells how.
manifests=(README.md base components overlays)

make_image() {
    local name=evenkeel-kubernetes-$version folder
    SOURCE_DATE_EPOCH=$epoch "$here/image.sh" --programs "$programs" --arch "$arch" \
        --output "$output/evenkeel-image-$version-$arch.tar" >/dev/null
    # The same whatever the image is for.
    folder=$work/kubernetes/$name
    install -d "$folder"
    cp -a "${manifests[@]/#/$here/kubernetes/}" "$here/../LICENSE" "$folder/"
    pack_archive "$work/kubernetes" "$name"
}
