# shellcheck shell=bash
# Prometheus, and Debian's node_exporter with a folder for its textfile collector, on loopback. Sourced after lab.sh and watch.sh.
# shellcheck disable=SC2154 # the tests set $programs, $metrics and $libraries

collected=/run/textfile
rules=$libraries/../../install/monitoring/evenkeel.rules.yml

# monitor: starts both, the exporter as an ordinary user. The alerts are the installed ones, without the time that they wait.
monitor() {
    mkdir -p $collected /run/prometheus
    nobody "$metrics/usr/bin/prometheus-node-exporter" --collector.disable-defaults --collector.textfile \
        --collector.textfile.directory=$collected --web.listen-address=127.0.0.1:9100 </dev/null >/run/exporter.log 2>&1 &
    sed '/^ *for: /d' "$rules" >/run/prometheus/rules.yml
    cat >/run/prometheus/prometheus.yml <<'CONFIG'
global: {scrape_interval: 500ms, evaluation_interval: 200ms}
rule_files: [rules.yml]
scrape_configs: [{job_name: node, static_configs: [{targets: ["127.0.0.1:9100"]}]}]
CONFIG
    TZ=UTC "$metrics/usr/bin/prometheus" --config.file=/run/prometheus/prometheus.yml --storage.tsdb.path=/run/prometheus/data \
        --web.listen-address=127.0.0.1:9090 </dev/null >/run/prometheus.log 2>&1 &
    eventually "[[ \$(samples up) == 1 ]]"
}

# api PATH [OPTION…]: what Prometheus answers.
api() { curl -sS "http://127.0.0.1:9090/api/v1/$1" "${@:2}"; }

# samples EXPRESSION: the values, one a line.
samples() { api query --data-urlencode "query=$1" | jq -r '.data.result[].value[1]'; }

# look: the timer's command, with this laboratory's policy.
look() { "$programs/evenkeel" metrics --policy /run/policy --output $collected/evenkeel.prom; }

# is_later PATH FILTER: whether all the times that the filter gives are after $since.
is_later() { [[ $(api "$1" | jq --arg since "$since" "[$2] | length > 0 and all(. > \$since)") == true ]]; }

now() { TZ=UTC date +%Y-%m-%dT%H:%M:%S.%NZ; }

# alerts: which fire, once Prometheus has read what is there now and has judged it. On a busy machine a read may come too late, which
# takes all numbers away: then once more.
alerts() {
    local said
    for _ in {1..20}; do
        since=$(now)
        eventually "is_later targets '.data.activeTargets[] | select(.health == \"up\") | .lastScrape'"
        since=$(now)
        eventually "is_later rules '.data.groups[].lastEvaluation'"
        said=$(api alerts | jq -r '.data.alerts[] | .labels.alertname + (.labels.id // "" | if . == "" then . else ":" + . end)')
        [[ $(api targets | jq -r '.data.activeTargets[].health') != up ]] || break
    done
    LC_ALL=C sort -u <<<"$said" | xargs
}

# shown EXPRESSION: whether Prometheus understands it, and has something to show for it.
shown() {
    local answer
    for _ in {1..10}; do
        answer=$(api query --data-urlencode "query=$1" | jq -r '.status + (.data.result | if length > 0 then "" else " empty" end)')
        [[ $answer == *empty ]] || break
        sleep 0.1
    done
    echo "$answer"
}
