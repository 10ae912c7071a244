# shellcheck shell=bash
# Debian packages, for the commands that show and test the product.

# install_packages PACKAGE…: quietly, with fresh package lists only if the ones at hand will not do.
install_packages() {
    local attempt=(apt-get install -qq --no-install-recommends "$@")
    export DEBIAN_FRONTEND=noninteractive
    "${attempt[@]}" >/dev/null 2>&1 </dev/null && return
    apt-get update -qq >/dev/null </dev/null && "${attempt[@]}" >/dev/null </dev/null
}
