# shellcheck shell=bash
# The whole of the packet laboratory.

for part in host containers servers probes conversation downloads; do
    # shellcheck source=/dev/null
    . "${BASH_SOURCE[0]%/*}/$part.sh"
done
