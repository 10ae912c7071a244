# The table of the README: a column for each result of engines.sh, by podman's version.
# jq --raw-output --slurp

def cell: (if .version then .version + ": " else "" end) as $version
    | if .failed > 0 then "\($version)**\(.failed) of \(.passed + .failed) failed**"
      elif .passed > 0 then "\($version)\(.passed) passed"
      else "–" end;
def line: "| " + join(" | ") + " |";

sort_by(.versions.podman // "" | [splits("[^0-9]+") | tonumber? // 0])
| . as $results
| (["", .[].name] | line),
  (["---", (.[] | "---")] | line),
  ($results[0].rows | to_entries[] | .key as $at | [.value.row, ($results[] | .rows[$at] | cell)] | line),
  (("netavark", "runc", "crun") as $package | [$package, (.[] | .versions[$package] // "–")] | line),
  (["run on", (.[] | "\(.date), Linux \(.kernel)")] | line)
