import Testing

/// `evenkeel map` of a container on two networks.
@Suite struct MapTests {
    /// The kernel alternates before `apply`. Afterwards one network is the way out, and the other stands by with its rules.
    @Test func beforeAndAfterApply() throws {
        let said = try Lab("Watch/watch.sh").run(
            """
            lab 2; of_engine c
            look() {
                "$programs/evenkeel" map --format json |
                    jq -c '.verdict, (.containers[] | .state, (.interfaces[] | [.interface, .ipv4, .ipv6, .sources])), .networks[].bridge.interface'
                "$programs/evenkeel" map --output picture.svg && grep -o 'class="wire [a-z]* h[0-9]' picture.svg | sort -u
            }
            cd /run; look; "$programs/evenkeel" apply --all >/dev/null 2>&1; look; ls -A
            """)
        let lines = said.split(separator: "\n").map(String.init)
        let after = try #require(lines.lastIndex(of: #""clear""#))
        #expect(
            lines[..<after].filter { $0.hasPrefix("[") || $0.hasPrefix("\"") } == [
                #""troubled""#, #""not guarded""#, #"["eth0","alternates","by flow",[]]"#,
                #"["eth1","alternates","by flow",[]]"#, #""br1""#, #""br2""#,
            ])
        #expect(lines[..<after].contains(#"class="wire unsafe h0"#))
        #expect(
            lines[after...].filter { $0.hasPrefix("[") || $0.hasPrefix("\"") } == [
                #""clear""#, #""kept""#, #"["eth0","default","default",[]]"#,
                #"["eth1","stands by","stands by",["10.89.2.0/24","fd00:89:2::/64"]]"#, #""br1""#, #""br2""#,
            ])
        #expect(lines[after...].contains(#"class="wire taken h0"#) && lines.contains(#"class="wire standby h1"#))
        #expect(!lines[after...].contains { $0.contains("unsafe") } && lines.contains("picture.svg"))
    }

    /// A folder and a device stay what they are, and a wrong command line says so.
    @Test(arguments: [
        ("--output /run/folder.svg", 1), ("--output /run/device.json", 1), ("--output /run/none/map.svg", 1),
        ("--container nobody", 1), ("--output /run/map.txt", 64), ("--format png", 64), ("--container ''", 64),
    ])
    func whatCannotBeIsRefused(options: String, status: Int32) throws {
        let lab = try Lab()
        try lab.run("mkdir /run/folder.svg; mknod /run/device.json c 1 3")
        let output = try lab.attempt("\"$programs/evenkeel\" map \(options)")
        #expect(output.status == status && !output.err.isEmpty, "\(output.err)")
        #expect(try lab.run("test -d /run/folder.svg && test -c /run/device.json && ls -A /run | wc -l") == "2")
        #expect(output.out.isEmpty || output.out.contains("\"verdict\": \"unknown\""))
    }

    /// All are drawn, or those that are named, each of which must be there.
    @Test func aNameThatNobodyHasIsAnError() throws {
        let output = try Lab("Watch/watch.sh").attempt(
            """
            lab 1; container d; attach d 1 eth0 6; of_engine c d
            "$programs/evenkeel" map --format json | jq '.containers | length'
            "$programs/evenkeel" map --container nobody --format json | jq -r '.verdict, .error'
            """)
        let lines = output.out.split(separator: "\n").map(String.init)
        #expect(lines.first == "2" && lines.dropFirst().first == "unknown", "\(lines)")
        #expect(lines.last?.contains("nobody") == true)
    }
}
