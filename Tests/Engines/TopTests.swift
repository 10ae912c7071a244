import Laboratory
import Testing

extension Engines {
    /// `evenkeel host top` where an engine made the namespaces.
    @Suite struct TopTests {
        @Test func theContainersOfAnEngineAreToldApart() throws {
            let host = try PodmanHost()
            try host.run("start one --network n1; start two --network n1")
            let greetings = "sh -c 'for n in $0; do nc 198.51.100.2 80 </dev/null; done'"
            try host.run("podman exec one \(greetings) '1 2 3'; podman exec two \(greetings) '1 2'")
            let row = "[.entries, .address, (.owners | length), .isHost, .isAnswering]"
            let rows = try host.lines(
                "evenkeel host top --limit 1000 --json | jq -c '.users[] | select(.port == 80) | \(row)'")
            let address = "podman inspect -f '{{(index .NetworkSettings.Networks \"n1\").IPAddress}}'"
            let (one, two) = (try host.run("\(address) one"), try host.run("\(address) two"))
            #expect(rows == ["[3,\"\(one)\",1,false,false]", "[2,\"\(two)\",1,false,false]"])
            let owners = try host.lines(
                "evenkeel host top --limit 1000 --json | jq -c '.users[] | select(.port == 80) | .owners'")
            #expect(Set(owners).count == 2)
        }
    }
}
