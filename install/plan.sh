# shellcheck shell=bash
# Which files install.sh puts where.
# shellcheck disable=SC2034,SC2154

# The files to install, in the order in which they appear.
modes=() sources=() targets=()
plan() {
    modes+=("$1") sources+=("$2") targets+=("$3")
}

# plan_json SOURCE TARGET: a file that names the hook.
plan_json() {
    local json rendered_json=$rendered/${#targets[@]}.json
    json=$(<"$1")
    printf '%s\n' "${json//"/usr/local/libexec/evenkeel/"/"$prefix/libexec/evenkeel/"}" >"$rendered_json"
    plan 644 "$rendered_json" "$2"
}

# Whoever passes the programs on must pass on these, too.
plan_licences() {
    local file folder=$prefix/share/doc/evenkeel
    plan 644 "$here/../LICENSE" "$folder/LICENSE"
    for file in NOTICES GPL-3.0 LGPL-2.1; do plan 644 "$here/licenses/$file" "$folder/$file"; done
}

# What editors check a policy by, which `evenkeel policy schema` prints as well; and what each command answers to --json.
plan_schema() {
    local file folder=$prefix/share/evenkeel
    plan 644 "$here/policy.schema.json" "$folder/policy.schema.json"
    for file in "$here"/schemas/*.json; do plan 644 "$file" "$folder/schemas/${file##*/}"; done
}

# Alert rules for Prometheus and a dashboard for Grafana.
plan_monitoring() {
    local file
    for file in README.md evenkeel-dashboard.json evenkeel.rules.yml; do
        plan 644 "$here/monitoring/$file" "$prefix/share/evenkeel/monitoring/$file"
    done
}

# Manual pages and shells' completions, as build.sh made them of the programs.
plan_share() {
    local file
    [[ -d $programs/share ]] || return 0
    while IFS= read -r file; do
        plan 644 "$programs/share/$file" "$prefix/share/$file"
    done < <(cd "$programs/share" && find . -type f -printf '%P\n' | sort)
}
