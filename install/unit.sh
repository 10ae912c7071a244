# shellcheck shell=bash
# The systemd unit that sets up the host. install.sh installs it, and the administrator enables it; uninstall.sh undoes
# both.
# shellcheck disable=SC2034,SC2154

unit=evenkeel-host.service

# Where systemd looks for the unit: it knows only these two prefixes.
unit_path() {
    case $prefix in
    /usr | /usr/local) printf '%s/lib/systemd/system/%s\n' "$prefix" "$unit" ;;
    *) printf '/etc/systemd/system/%s\n' "$unit" ;;
    esac
}

# The program as a unit's command line names it, systemd.service(5).
program_in_unit() {
    local program=${prefix//%/%%}/bin/evenkeel
    [[ $program != *[^[:alnum:]/._%+-]* ]] || program="\"$program\""
    printf '%s\n' "$program"
}

plan_unit() {
    local text
    # A package's tree may be for a host with systemd.
    if [[ -z $destdir ]] && ! has_program systemctl; then return; fi
    if [[ $prefix == *\'* ]]; then
        note "no $unit: systemd runs no program with an apostrophe in its path"
        return
    fi
    text=$(<"$here/systemd/$unit")
    printf '%s\n' "${text//"=/usr/local/bin/evenkeel "/"=$(program_in_unit) "}" >"$rendered/$unit"
    plan 644 "$rendered/$unit" "$(unit_path)"
}

# is_unit_of_this_prefix PATH
is_unit_of_this_prefix() {
    [[ $1 == */"$unit" ]] && grep -qF -- "=$(program_in_unit) host apply" "$destdir$1"
}

# Prints the links that enable the unit.
unit_links() {
    local link
    for link in "$destdir"/etc/systemd/system/*.{wants,requires,upholds}/"$unit"; do
        [[ ! -L $link ]] || printf '%s\n' "$link"
    done
}

advise_unit() {
    local judged=${verdict[$(unit_path)]:-}
    if [[ -n $judged && -z $(unit_links) ]]; then
        say "To set up the host at every boot: systemctl daemon-reload, then systemctl enable --now evenkeel-host." \
            "Without systemd, run \"$prefix/bin/evenkeel host apply\" before the engines start."
    elif [[ $judged == install || $judged == replace ]]; then
        say "The unit evenkeel-host.service has changed: run systemctl daemon-reload."
    fi
}

systemd_runs() { [[ -z $destdir && -d /run/systemd/system ]] && command -v systemctl >/dev/null; }

# Before any file is removed, or systemd would start a missing program at the next boot.
disable_unit() {
    local link
    [[ -n ${recorded[$(unit_path)]:-} ]] || return 0
    if systemd_runs; then
        if systemctl is-enabled -q "$unit" 2>/dev/null || systemctl is-active -q "$unit"; then
            act "disable and stop $unit" || return 0
            systemctl disable --now --quiet "$unit" || note "systemctl did not disable and stop $unit"
        fi
        return
    fi
    while IFS= read -r link; do
        remove "$link"
        # systemctl does the same.
        if is_empty "${link%/*}"; then
            if act "remove directory ${link%/*}"; then rmdir -- "${link%/*}"; fi
            gone[${link%/*}]=yes
        fi
    done < <(unit_links)
}

# Otherwise systemd would list the unit, without its file, until the next boot.
forget_unit() {
    [[ -n ${recorded[$(unit_path)]:-} ]] && systemd_runs || return 0
    act "make systemd reload its units" || return 0
    systemctl daemon-reload || note "systemctl daemon-reload failed"
    systemctl reset-failed "$unit" 2>/dev/null || :
}
