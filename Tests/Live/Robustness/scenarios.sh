# shellcheck shell=bash
# Which program is run over what, and what then undoes or completes it.
# shellcheck disable=SC2034 # faults.sh reads it

scenarios=(
    add add-one add-ranked add-to-ranked add-to-merged add-prefer add-preferred add-deleted check del-eth0 del-eth1 del-eth2
    gc hook hook-refusing hook-poststop runtime runtime-refusing apply host-apply host-remove install upgrade uninstall
)

# choose SCENARIO: sets $prepare, $run, $sequel (the run again, unless said otherwise), $look, $judge; $dynamic if the program
# has a dynamic loader.
choose() {
    prepare=fresh sequel='' look=everything judge=plugin dynamic=''
    case $1 in
    add) run="plugin ADD eth0" ;;
    add-one) run="plugin ADD eth0" request=$(request_with '"policy":{"defaultRoute":{"mode":"one"}}') ;;
    add-ranked) run="plugin ADD eth0" request=$(request_with '"policy":{"defaultRoute":{"mode":"ranked"}}') ;;
    add-to-ranked) run="plugin ADD eth0" prepare=ranked ;;
    add-to-merged) run="plugin ADD eth0" prepare=merged ;;
    add-prefer) run="plugin ADD eth1" prepare=guarded request=$(request_with '"policy":{"defaultRoute":{"prefer":["eth1"]}}') ;;
    add-preferred) run="plugin ADD eth1" prepare=guarded request=$(request_with '"prefer":true') ;;
    add-deleted) run="plugin ADD eth0" sequel=delete_all look=remains ;;
    check) run="plugin CHECK eth0" prepare=guarded ;;
    del-*) run="plugin DEL ${1#del-}" prepare=guarded ;;
    gc) run="plugin GC eth0" prepare=littered ;;
    hook) run="hook_at createRuntime" judge=warning ;;
    hook-refusing) run="hook_at createRuntime" judge=refusal ;;
    hook-poststop) run="hook_at poststop" prepare=littered judge=warning ;;
    runtime) run=runtime_start judge=warning ;;
    runtime-refusing) run=runtime_start judge=refusal ;;
    apply) run=apply judge=command dynamic=yes ;;
    host-apply) run=host_apply prepare=boot look=settings judge=command dynamic=yes ;;
    host-remove) run=host_remove prepare=booted look=settings judge=command dynamic=yes ;;
    *)
        echo "no scenario is called $1: ${scenarios[*]}" >&2
        return 2
        ;;
    esac
    [[ $1 != *-refusing ]] || echo '{"onError":"fail"}' >/etc/evenkeel/policy.json
    sequel=${sequel:-$run}
}
