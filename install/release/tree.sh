# shellcheck shell=bash
# The files of a package, as install.sh puts them below the prefix /usr. For make-packages.sh.
# shellcheck disable=SC2154

# What the packages' scripts need of this folder, below /usr/share/evenkeel/setup.
setup_files=(lib.sh unit.sh engines/cni-lists.sh engines/dependents.sh engines/detection.sh engines/docker.sh engines/podman.sh
    engines/removed-hook.sh removed-hook.sh release/host.sh)
# Where the plugin waits for release/host.sh, which copies it to where the runtimes look.
plugin_folder=/usr/lib/evenkeel/cni

# make_tree FOLDER PROGRAMS: what every package has. evenkeel-node is not in it, as install.sh does not install it: it copies the programs
# of a container image to a node of a cluster, and only image.sh's image has them where it looks. Its manual page tells that.
make_tree() {
    local file usual=$1/usr/share/containers/containers.conf
    install -d -m 755 "$1/usr/share/containers" "$1/etc"
    # A package cannot know whether another file sets hooks_dir, which its drop-in would replace: so its drop-in sets none, as
    # install.sh decides if there is such a file. The usual folder is read without.
    echo 'hooks_dir = ["/usr/share/containers/oci/hooks.d"]' >"$usual"
    TMPDIR=$work "$here/install.sh" --programs "$2" --destdir "$1" --prefix /usr --engines podman --cni-dir "$plugin_folder" \
        >"$work/install.log" 2>&1 || {
        cat "$work/install.log" >&2
        return 1
    }
    rm "$usual" "$1/usr/lib/evenkeel/manifest"
    for file in "${setup_files[@]}"; do
        install -D -m "$([[ $file == release/* || $file == removed-hook.sh ]] && echo 755 || echo 644)" "$here/$file" "$1/usr/share/evenkeel/setup/$file"
    done
    sed -i '1s|.*|#!/bin/bash|' "$1/usr/share/evenkeel/setup/release/host.sh"
    # Who reads a page unpacks it. Without the time, which would differ each time.
    find "$1/usr/share/man" -type f -exec gzip -9n {} +
}

# settle FOLDER: the same times and modes whoever makes it, and whenever.
settle() {
    find "$1" -type d -exec chmod 755 {} +
    find "$1" -exec touch --no-dereference --date="@$epoch" {} +
}
