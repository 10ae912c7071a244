# What Swift Testing's event stream says of a run of the engine tests, a string a line: how many tests of each row of rows.json passed and
# failed. Those that were skipped are not counted.
# jq --raw-input --null-input --slurpfile rows rows.json --argjson versions {PACKAGE: VERSION}

# A run that was ended may have left half a line.
[inputs | fromjson? | .payload] as $records
| [$records[] | select(.kind == "testEnded" and (.testID | contains("("))) | {
    suite: (.testID | split("/")[1]),
    name: (.testID | split("/")[1:3] | join("/")),
    hasPassed: (.messages[0].symbol != "fail")
}] as $tests
| (([$tests[].suite] | unique) - [$rows[0][].suites[]]) as $unknown
| if $unknown != [] then error("rows.json has no row for \($unknown | join(", "))") else . end
| {
    ended: any($records[]; .kind == "runEnded"),
    failed: [$tests[] | select(.hasPassed | not) | .name],
    rows: [
        $rows[0][] | . as $row | select(.row != null)
        | [$tests[] | select(.suite | IN($row.suites[]))] as $own
        | {
            row, version: (if .package then $versions[.package] else null end),
            passed: ($own | map(select(.hasPassed)) | length),
            failed: ($own | map(select(.hasPassed | not)) | length)
        }
    ]
}
