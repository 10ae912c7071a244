# shellcheck shell=bash
# What must hold after a fault. Each function prints a line for whatever does not. Sourced after scene.sh.
# shellcheck disable=SC2154 # scene.sh and faults.sh set it

# ways: by which interface packets leave from each address and from none, and from a socket that is bound to a device.
ways() {
    local n
    {
        for n in 1 2 3; do
            echo "route get $far4 from 10.89.$n.7"
            echo "route get $far6 from fd00:89:$n::7"
        done
        echo "route get $far4"
        echo "route get $far6"
    } | ip -n t -force -o -batch - 2>&1 | grep -o -E ' via [^ ]+ dev [^ ]+|RTNETLINK.*' || :
    for n in 0 1 2; do
        echo "route get $far4 oif eth$n"
        echo "route get $far6 oif eth$n"
    done | ip -n t -force -o -batch - 2>&1 | grep -v '^Command' | sed -E 's/^.*( via [^ ]+ dev [^ ]+).*/\1/; s/^/bound/' || :
}

# tables: ours on the host without their elements, a line a family.
tables() {
    local family
    for family in ip ip6; do
        echo "$family $(nft -s list table $family evenkeel 2>/dev/null | sed -z 's/elements = {[^}]*}//g' | tr -d '\n\t ')"
    done
}

# measure NAME: what harm is measured by, before and after a run that nothing disturbs.
measure() {
    ways >"$own/ways.$1"
    tables >"$own/tables.$1"
}

# harm: no half-finished state may be worse than both.
harm() {
    local family
    for family in 4 6; do
        [[ -n $(defaults $family t) ]] || echo "no default route of IPv$family"
    done
    ways >"$own/ways"
    # One address is as good as another where several networks' defaults competed before.
    grep bound "$own/ways" | grep -vxF -f "$own/ways.before" -f "$own/ways.after" || :
    grep -v -e '^ via .* dev eth' -e '^bound' "$own/ways" || :
    [[ $(wc -l <"$own/ways") == $(wc -l <"$own/ways.after") ]] || echo "packets from some address go nowhere"
    tables | grep -vxF -f "$own/tables.before" -f "$own/tables.after" | sed 's/^/half a table: /' || :
}

# names ERRNO FILE...: whether a line says what was tried and that the kernel refused it so, or that a child was killed.
names() {
    [[ $1 != KILL ]] || set -- 137 "${@:2}"
    grep -qE "cannot .+ \($1\)|was ended with status $1" "${@:2}"
}

# judge STATUS ERRNO: of a run in which a call was answered with it.
judge() {
    local status=$1 errno=$2 right=yes named=yes
    $look | cmp -s "$own/right" - || right=
    names "$errno" "$own/said" "$own/result" || named=
    ! grep -h -e 'crashed at' -e 'gave up after' -e '^$' "$own/said" "$own/result" || echo "(is what it said)"
    "judge_$judge" "$status"
}

# What is done without it need not be told, but what is not as after a run that nothing disturbs.
told() { [[ -n $right$named ]] || echo "status $status, but not everything is done, and nothing said of it: $(<"$own/said")"; }

# keeps: a policy that cannot be read counts as "keep" for everything, and onError as "warn".
keeps() { grep -qE 'policy\.(json|d) is unreadable' "$own/said"; }

judge_plugin() {
    case $1 in
    0)
        ! keeps || return 0
        cmp "$own/result.right" "$own/result"
        if [[ $run == *DEL* ]]; then told; else [[ -n $right ]] || echo "success, but not everything is done"; fi
        ;;
    1)
        # Without standard output only standard error is left.
        jq -e '(.cniVersion | length > 0) and (.code | type == "number") and (.msg | length > 0)' "$own/result" >"$own/answer" ||
            [[ $call == write && ! -s "$own/result" ]] || echo "no error of the protocol: $(<"$own/result")"
        [[ -n $named ]] || echo "the error does not say why: $(<"$own/result")"
        ;;
    *) echo "status $1" ;;
    esac
}

# The container starts.
judge_warning() {
    # No policy decides about a real runtime that does not run, and none that cannot be read about itself.
    [[ $1 == "$right_status" || $call == execve ]] || keeps ||
        echo "status $1: $(<"$own/said")"
    told
}

# The container starts if all is done.
judge_refusal() {
    case $1 in
    "$right_status") [[ -n $right ]] || keeps || echo "the container starts, but not everything is done" ;;
    1) [[ -n $named ]] || echo "the refusal does not say why: $(<"$own/said")" ;;
    *) echo "status $1: $(<"$own/said")" ;;
    esac
}

judge_command() {
    case $1 in
    0) told ;;
    1) [[ -n $named ]] || echo "status 1, and nothing said of why: $(<"$own/said")" ;;
    *) echo "status $1: $(<"$own/said")" ;;
    esac
}
