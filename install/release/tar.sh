# shellcheck shell=bash
# An archive for every Linux, with install.sh and uninstall.sh in it. For make-packages.sh.
# shellcheck disable=SC2154,SC2016 # make-packages.sh sets the rest; what is quoted is for the scripts at the top

# What install.sh and uninstall.sh need.
tar_scripts=(install.sh uninstall.sh removed-hook.sh lib.sh plan.sh unit.sh engines systemd licenses monitoring containers.conf
    policy.schema.json schemas)

# tar_script NAME OPTION…: at the top, for who has unpacked it.
tar_script() {
    printf '#!/bin/sh\nhere=$(dirname "$(readlink -f "$0")")\nexec "$here/install/%s"%s "$@"\n' "$1" "${*:2}"
}

make_tar() {
    local name=evenkeel-$version-linux-$arch folder
    folder=$work/tar/$name
    install -d "$folder/install" "$folder/hooks/cdi"
    cp -a "$programs" "$folder/programs"
    # Only the image runs it: it copies the image's programs to a node.
    rm -f "$folder/programs/evenkeel-node"
    cp -a "${tar_scripts[@]/#/$here/}" "$folder/install/"
    install -m 644 "$here/../hooks/evenkeel.json" "$folder/hooks/"
    install -m 644 "$here/../hooks/cdi/evenkeel.json" "$folder/hooks/cdi/"
    install -m 644 "$here/../LICENSE" "$here/licenses/NOTICES" "$here/../.github/CHANGELOG.md" "$folder/"
    tar_script install.sh ' --programs "$here/programs"' >"$folder/install.sh"
    tar_script uninstall.sh '' >"$folder/uninstall.sh"
    chmod 755 "$folder"/*.sh
    cp "$work/evenkeel.spdx.json" "$folder/"
    pack_archive "$work/tar" "$name"
}

# pack_archive FOLDER NAME: FOLDER/NAME as an archive that depends on nothing but the content.
pack_archive() {
    LC_ALL=C tar --create --directory="$1" --sort=name --format=gnu --owner=0 --group=0 --numeric-owner \
        --mtime="@$epoch" --mode=u=rwX,go=rX "$2" | gzip -9n >"$output/$2.tar.gz"
}
