# shellcheck shell=bash
# The systemd units: one sets up the host, one keeps it and its containers safe, and two tell Prometheus. install.sh installs them, and
# the administrator enables them; uninstall.sh undoes both.
# shellcheck disable=SC2034,SC2154

# In the order in which they start.
units=(evenkeel-host.service evenkeel-watch.service evenkeel-metrics.service evenkeel-metrics.timer)
# What they run, below the prefix.
unit_programs=(bin/evenkeel libexec/evenkeel/evenkeel-watch)
# What evenkeel-metrics.service writes, in Debian's folder of node_exporter's collector.
metrics_file=/var/lib/prometheus/node-exporter/evenkeel.prom

# unit_path UNIT: where systemd looks for it: it knows only these two prefixes.
unit_path() {
    case $prefix in
    /usr | /usr/local) printf '%s/lib/systemd/system/%s\n' "$prefix" "$1" ;;
    *) printf '/etc/systemd/system/%s\n' "$1" ;;
    esac
}

# in_unit PROGRAM: its path as a unit's command line names it, systemd.service(5).
in_unit() {
    local program=${prefix//%/%%}/$1
    [[ $program != *[^[:alnum:]/._%+-]* ]] || program="\"$program\""
    printf '%s\n' "$program"
}

# plan_units: `watch` is empty if the watcher is left out.
plan_units() {
    local unit
    # A package's tree may be for a host with systemd.
    if [[ -z $destdir ]] && ! has_program systemctl; then return; fi
    for unit in "${units[@]}"; do
        [[ $unit != evenkeel-watch.service || -n $watch ]] || continue
        if [[ $prefix == *\'* ]]; then
            note "no $unit: systemd runs no program with an apostrophe in its path"
            continue
        fi
        render_unit "$unit"
        plan 644 "$rendered/$unit" "$(unit_path "$unit")"
    done
}

render_unit() {
    local text program
    text=$(<"$here/systemd/$1")
    for program in "${unit_programs[@]}"; do
        text=${text//"=/usr/local/$program"/"=$(in_unit "$program")"}
    done
    printf '%s\n' "$text" >"$rendered/$1"
}

# is_unit_of_this_prefix PATH
is_unit_of_this_prefix() {
    local program=bin/evenkeel
    case ${1##*/} in
    evenkeel-watch.service) program=libexec/evenkeel/evenkeel-watch ;;
    evenkeel-host.service | evenkeel-metrics.service) ;;
    evenkeel-metrics.timer)
        # It names no program.
        grep -qx 'Unit=evenkeel-metrics.service' "$destdir$1"
        return
        ;;
    *) return 1 ;;
    esac
    grep -qF -- "ExecStart=$(in_unit "$program")" "$destdir$1"
}

# unit_links UNIT: prints the links that enable it.
unit_links() {
    local link
    for link in "$destdir"/etc/systemd/system/*.{wants,requires,upholds}/"$1"; do
        [[ ! -L $link ]] || printf '%s\n' "$link"
    done
}

advise_units() {
    local unit judged disabled=() changed=()
    for unit in "${units[@]}"; do
        judged=${verdict[$(unit_path "$unit")]:-}
        [[ -n $judged ]] || continue
        # The timer starts the service of its name, which nobody enables.
        if [[ -z $(unit_links "${unit/metrics.service/metrics.timer}") ]]; then
            [[ $unit == evenkeel-metrics.* ]] || disabled+=("${unit%.service}")
        elif [[ $judged == install || $judged == replace ]]; then
            changed+=("$unit")
        fi
    done
    if ((${#disabled[@]} > 0)); then
        say "To set up the host at every boot, and to keep it and its containers safe: systemctl daemon-reload, then" \
            "systemctl enable --now ${disabled[*]}." \
            "Without systemd, run \"$prefix/bin/evenkeel host apply\" before the engines start."
    elif ((${#changed[@]} > 0)); then
        say "Changed: ${changed[*]}. Run systemctl daemon-reload."
    fi
    advise_metrics
    [[ ${verdict[$prefix/libexec/evenkeel/evenkeel-watch]:-} != replace ]] ||
        say "A watcher that runs is still the former program: systemctl restart evenkeel-watch."
}

# Only where there is a collector.
advise_metrics() {
    [[ -d ${metrics_file%/*} && -n ${verdict[$(unit_path evenkeel-metrics.timer)]:-} ]] || return 0
    [[ -n $(unit_links evenkeel-metrics.timer) ]] ||
        say "For Prometheus, by its node_exporter: systemctl enable --now evenkeel-metrics.timer. Alert rules and a dashboard are in" \
            "$prefix/share/evenkeel/monitoring."
}

systemd_runs() { [[ -z $destdir && -d /run/systemd/system ]] && command -v systemctl >/dev/null; }

recorded_units() {
    local unit
    for unit in "${units[@]}"; do [[ -z ${recorded[$(unit_path "$unit")]:-} ]] || printf '%s\n' "$unit"; done
}

# Before any file is removed, or systemd would start a missing program at the next boot. The watcher goes first: it would restore what
# is taken back.
disable_units() {
    local unit
    while IFS= read -r unit; do disable_unit "$unit"; done < <(recorded_units | tac)
}

disable_unit() {
    local link
    if systemd_runs; then
        # A look may be at work; the timer's service is "static".
        if [[ $(systemctl is-enabled "$1" 2>/dev/null) == enabled* || $(systemctl is-active "$1") == @(active|activating) ]]; then
            act "disable and stop $1" || return 0
            systemctl disable --now --quiet "$1" || note "systemctl did not disable and stop $1"
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
    done < <(unit_links "$1")
}

# The collector would tell of the last look for ever.
remove_metrics() { [[ -n $destdir || ! -f $metrics_file ]] || remove "$metrics_file"; }

# Otherwise systemd would list the units, without their files, until the next boot.
forget_units() {
    local found
    mapfile -t found < <(recorded_units)
    ((${#found[@]} > 0)) && systemd_runs || return 0
    act "make systemd reload its units" || return 0
    systemctl daemon-reload || note "systemctl daemon-reload failed"
    systemctl reset-failed "${found[@]}" 2>/dev/null || :
}

# Whom systemd did not start, it does not end.
warn_of_watchers() {
    local user process
    [[ -z $destdir && -z $dry_run ]] || return 0
    while read -r user process; do
        [[ $user != 0 ]] || note "evenkeel-watch still runs, as process ${process##*/}: end it"
    done < <(processes evenkeel-watch)
}
