# shellcheck shell=bash
# Debian packages, for the commands that show and test the product.

# install_packages PACKAGE…: quietly; updates the package lists only if the installation fails without.
install_packages() {
    local attempt=(apt-get install -qq --no-install-recommends "$@")
    export DEBIAN_FRONTEND=noninteractive
    "${attempt[@]}" >/dev/null 2>&1 </dev/null && return
    apt-get update -qq >/dev/null </dev/null && "${attempt[@]}" >/dev/null </dev/null
}

# unpack_packages FOLDER PACKAGE…: unpacks only their files, below FOLDER. No package script runs and no service starts,
# as would happen if a firewall were installed.
unpack_packages() {
    local folder=$1 new=$1.new package part
    shift
    [[ $(cat "$folder/packages" 2>/dev/null) != "$*" ]] || return 0
    rm -rf "$new"
    mkdir -p "$new"
    (
        cd "$new" || exit
        attempt=(apt-get download -qq -o APT::Sandbox::User=root "$@")
        "${attempt[@]}" >/dev/null 2>&1 || { apt-get update -qq >/dev/null && "${attempt[@]}" >/dev/null; }
        for package in *.deb; do dpkg -x "$package" .; done
        rm ./*.deb
        # /lib is /usr/lib.
        for part in lib sbin; do
            [[ -d $part ]] || continue
            mkdir -p usr/$part
            cp -a $part/. usr/$part/
            rm -r $part
        done
        echo "$*" >packages
    )
    rm -rf "$folder"
    mv "$new" "$folder"
}
