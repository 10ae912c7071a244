import Foundation
import Laboratory
import Testing

extension Engines {
    /// Docker's networks without a default route: which ways packets go and come back, before and after their gateways are learnt.
    @Suite(.enabled(if: DockerHost.isInstalled, "needs Docker"))
    struct LearntDockerTests {
        /// A host with a container `web` on d1, d2 and m1, beside others, and with a watcher that learns as `learn` says.
        private func host(learn: String) throws -> DockerHost {
            let host = try DockerHost()
            let functions = try String(
                contentsOfFile: "\(Shell.packageFolder)/Tests/Engines/learnt.sh", encoding: .utf8)
            try host.install(functions, as: "/root/learnt.sh")
            try host.run(
                """
                . /root/learnt.sh
                lan; others; policy \(learn)
                create web --network d1 -p 8080:80
                docker network connect d2 web; docker network connect m1 web; docker start web >/dev/null
                \(Watched.start)
                safe web
                """)
            return host
        }

        private func lines(_ host: DockerHost, _ script: String) throws -> [String] {
            try host.run(". /root/learnt.sh; " + script).split(separator: "\n").map(String.init)
        }

        /// How many of two came back, by the way they went.
        private func table(_ host: DockerHost, isStrict: Bool) throws -> [String: Int] {
            var table: [String: Int] = [:]
            for line in try lines(host, "strict_host \(isStrict ? "yes" : "no"); table web") {
                let parts = line.components(separatedBy: ": ")
                table[parts[0]] = Int(parts[1])
            }
            return table
        }

        private static let everything =
            "learnt_are web 4 '10.86.1.1 10.88.2.1'; learnt_are web 6 'fd00:86:1::1 fd00:88:2::1'"

        @Test func everyWayComesBackOnceGatewaysAreLearnt() throws {
            let host = try host(learn: "none")
            // A strict host loses what a loose one does and more, so the loose one has its turn in long runs alone.
            var before = [true: try table(host, isStrict: true)]
            if Watched.rounds >= 50 { before[false] = try table(host, isStrict: false) }
            let denied = try lines(host, "denied web")
            _ = try lines(host, "policy all; reload; \(Self.everything)")
            // From Docker 28 on nobody reaches a container by a bridge's address but the host.
            let direct = [4, 6].map { "IPv\($0) client to the second bridge's address" }
            let shut = DockerHost.version < 28 ? [] : direct
            for (isStrict, before) in before {
                let after = try table(host, isStrict: isStrict)
                #expect(after.count == 26)
                for (way, count) in after where !shut.contains(way) {
                    #expect(count == 2, "\(way), before \(before[way] ?? -1), host \(isStrict ? "strict" : "loose")")
                }
                // The controls: what is learnt for was lost before, and the rest was not.
                let lost = before.filter { $0.value == 0 }.keys
                let bound = ["macvlan, ping", "macvlan, TCP", "second bridge, ping", "second bridge, TCP"].flatMap {
                    way in
                    [4, 6].map { "IPv\($0) bound to the \(way)" }
                }
                let strictly = [
                    "IPv4 client to the macvlan", "IPv4 from the macvlan's address to the client",
                    "IPv4 from the second bridge's address", "IPv4 client to the second bridge's address",
                ]
                #expect(Set(lost) == Set(bound + shut + (isStrict ? strictly : [])))
                #expect(shut.allSatisfy { after[$0] == before[$0] })
                #expect(before.values.allSatisfy { $0 != 1 })
            }
            let deniedAfter = try lines(host, "denied web")
            #expect(deniedAfter == denied && denied.count == 10 && denied.allSatisfy { $0.hasSuffix(": 0") })
            let verdict = try host.run("verdict")
            #expect(verdict == "")
        }

        /// What learning would open or break without its rule stays as it was.
        @Test func whatIsKeptOrClosedOnPurposeStaysSo() throws {
            let host = try host(learn: "bridges")
            // A macvlan's gateway leads past DOCKER-USER, so it is not learnt where packets come back without it.
            _ = try lines(host, "strict_host no; learnt_are web 4 10.88.2.1; learnt_are web 6 fd00:88:2::1")
            let past = "iptables -I DOCKER-USER ! -i uplink -d $client4 -j DROP"
            #expect(
                try lines(host, "\(past); egress web; iptables -D DOCKER-USER 1") == [
                    "second bridge: 0", "macvlan: 0", "unbound: 0",
                ])
            // Where the host is strict it is the only way back.
            _ = try lines(host, "strict_host yes; touch_host; learnt_are web 4 '10.86.1.1 10.88.2.1'")
            _ = try lines(host, "strict_host no; touch_host; learnt_are web 4 10.88.2.1")
            // A kill switch on the host.
            let kill = "ip rule add iif docker1 to $client4 table 99; ip route add unreachable default table 99"
            #expect(
                try lines(host, "\(kill); learnt_are web 4 ''; egress web") == [
                    "second bridge: 0", "macvlan: 0", "unbound: 0",
                ])
            #expect(try lines(host, "grep -c 'a policy rule of this host' /run/watch.log") == ["1"])
            _ = try lines(host, "ip rule del iif docker1 to $client4 table 99; learnt_are web 4 10.88.2.1")
            // A default that somebody takes away in the container.
            #expect(
                try lines(host, "inside web ip route del default; learnt_are web 4 ''; egress web") == [
                    "second bridge: 0", "macvlan: 0", "unbound: 0",
                ])
            _ = try lines(host, "inside web ip route add default via 10.88.1.1; learnt_are web 4 10.88.2.1")
            // A gateway that does not answer: nothing is learnt, and packets come back as before.
            let silent = """
                docker network create --subnet 10.88.5.0/24 --gateway 10.88.5.9 --aux-address DefaultGatewayIPv4=10.88.5.254 \
                -o com.docker.network.bridge.name=docker5 silent >/dev/null
                docker network connect silent web; safe web; sleep 0.5; learnt_are web 4 10.88.2.1
                """
            #expect(try lines(host, silent) == [])
            // An internal network, whose gateway Docker 20.10 names as any other.
            #expect(
                try lines(host, "docker network connect inner web; safe web; sleep 0.5; learnt_are web 4 10.88.2.1")
                    == [])
            let notes = try lines(host, "evenkeel apply --container web")
            let reason = DockerHost.version < 26 ? "the network is internal" : "Docker names none"
            #expect(notes.contains("note: Docker's gateway of inner is not learnt: \(reason)"))
            #expect(notes.contains("note: Docker's gateway of silent, 10.88.5.254, is not learnt: it does not answer"))
            let verdict = try host.run("verdict")
            #expect(verdict == "")
        }

        /// Docker gives the container its default by d1; what was learnt of d2 is no way out that could be chosen.
        @Test func whoWantsAnotherDefaultIsToldHowDockerGivesIt() throws {
            let host = try host(learn: "bridges")
            _ = try lines(host, "learnt_are web 4 10.88.2.1")
            for (network, ends) in [("d2", 1), ("d1", 0)] {
                let output = try host.attempt("evenkeel apply --container web --default-route \(network)")
                #expect(output.status == ends)
                let complaint = /names d2 \(eth[12], 10.88.2.0\/24\), which has no default route/
                #expect(output.err.contains(complaint) == (ends == 1))
                #expect(output.err.contains("--gw-priority") == (ends == 1))
            }
            #expect(try host.run("gateway web") == "10.88.1.1")
        }

        @Test func dockerDoesAllItDoesAsBefore() throws {
            let host = try host(learn: "all")
            _ = try lines(host, Self.everything)
            let said = try lines(
                host,
                """
                ends() { "$@" >/dev/null 2>/run/said || { echo "$*: $?"; cat /run/said; }; }
                for _ in $(seq \(Watched.rounds)); do
                    ends docker network disconnect d1 web; safe web; [[ $(gateway web) == 10.88.2.1 ]]
                    learnt_are web 4 10.86.1.1; learnt_are web 6 fd00:86:1::1
                    ends docker network connect d1 web; safe web
                    # Docker moves the default back to an interface that is in no group yet.
                    [[ $(gateway web) == 10.88.1.1 ]]
                    \(Self.everything)
                    ends docker network disconnect d2 web; safe web; [[ $(gateway web) == 10.88.1.1 ]]
                    learnt_are web 4 10.86.1.1
                    ends docker network connect d2 web; safe web
                    ends docker restart -t 0 web
                    safe web; \(Self.everything)
                done
                ends docker rm -f web
                """)
            #expect(said == [])
            let verdict = try host.run("verdict")
            #expect(verdict == "")
        }

        /// `docker network connect` calls no runtime, and nobody calls apply.
        @Test func aNetworkThatIsConnectedIsGuardedAndListed() throws {
            let host = try host(learn: "bridges")
            let guarded = try lines(host, "guarded")
            #expect(guarded.filter { $0.hasPrefix("ip ") } == ["ip docker1", "ip docker2", "ip docker7", "ip docker9"])
            let named = #"jq -c '.networks[] | select(.name == "late")' /run/evenkeel/networks.json"#
            let late = try lines(
                host,
                """
                docker network create --subnet 10.88.6.0/24 -o com.docker.network.bridge.name=docker6 late >/dev/null
                docker network connect late web; safe web; eventually 'guarded | grep -q docker6'
                learnt_are web 4 '10.88.2.1 10.88.6.1'
                \(named) | sed 's/"id":"[0-9a-f]*"/ID/'; stat -c '%a %U' /run/evenkeel/networks.json
                docker network disconnect late web; safe web; docker network rm late >/dev/null
                learnt_are web 4 10.88.2.1
                eventually '[[ -z $(\(named.replacing("'", with: "'\\''"))) ]]'
                """)
            #expect(
                late == [
                    #"{"name":"late","engine":"docker",ID,"driver":"bridge","bridge":"docker6","subnets":["10.88.6.0/24"]}"#,
                    "644 root",
                ])
        }

        /// A Docker that is stopped accepts and never answers.
        @Test func aStoppedDockerDisturbsNobody() throws {
            let host = try host(learn: "bridges")
            _ = try lines(host, "learnt_are web 4 10.88.2.1")
            let said = try lines(
                host,
                """
                web=/proc/$(process web)/ns/net
                kill -STOP $(pidof dockerd)
                trap 'kill -CONT $(pidof dockerd)' EXIT
                kill -HUP $(pidof evenkeel-watch)
                eventually 'grep -q "Docker is not listened to" /run/watch.log'
                # It acts at once all the same, and what was learnt stays.
                inside $web sysctl -qw net.ipv4.conf.eth0.rp_filter=1
                eventually '[[ $(inside $web cat /proc/sys/net/ipv4/conf/eth0/rp_filter) == 2 ]]'
                learnt_are $web 4 10.88.2.1
                timeout 10 evenkeel apply --all 2>&1 | grep -o 'no gateway is learnt from Docker'
                [[ -s /run/evenkeel/networks.json ]]
                kill -CONT $(pidof dockerd)
                docker network disconnect d2 web
                learnt_are web 4 ''
                docker network connect d2 web
                learnt_are web 4 10.88.2.1
                """)
            #expect(said == ["no gateway is learnt from Docker"])
        }

        @Test func withoutTheWatcherApplyLearns() throws {
            let host = try host(learn: "none")
            let said = try lines(
                host,
                """
                kill $(pidof evenkeel-watch); policy bridges
                evenkeel apply --container web --dry-run | grep learn
                learnt web 4
                evenkeel apply --all | grep learnt
                learnt_are web 4 10.88.2.1; learnt_are web 6 fd00:88:2::1
                evenkeel apply --all | grep -c 'nothing to do'
                evenkeel doctor --container web --no-probe 2>&1 | grep -iE 'learnt|not-guarded|source-address' || :
                policy none; evenkeel apply --container web | grep removed.learnt
                """)
            let (four, six) = ("default via 10.88.2.1 dev ethN (d2)", "default via fd00:88:2::1 dev ethN (d2)")
            let plain = said.map {
                $0.replacing(/eth[0-9]/, with: "ethN").replacing(/1773[0-9]*/, with: "T")
                    .trimmingCharacters(in: .whitespaces)
            }
            #expect(
                plain == [
                    "would learn \(four) to table T (Docker's gateway of d2)",
                    "would learn \(six) to table T (Docker's gateway of d2)",
                    "note: Docker's gateway of m1 is not learnt: it leads past the host's firewall, and packets come back without "
                        + "it (defaultRoute.learn \"all\" learns it)",
                    "note: Docker's gateway of m1 (IPv6) is not learnt: it leads past the host's firewall, and packets come back "
                        + "without it (defaultRoute.learn \"all\" learns it)",
                    "learnt \(four) to table T (Docker's gateway of d2)",
                    "learnt \(six) to table T (Docker's gateway of d2)",
                    "note: Docker's gateway of m1 is not learnt: it leads past the host's firewall, and packets come back without "
                        + "it (defaultRoute.learn \"all\" learns it)",
                    "note: Docker's gateway of m1 (IPv6) is not learnt: it leads past the host's firewall, and packets come back "
                        + "without it (defaultRoute.learn \"all\" learns it)",
                    "4", "removed learnt \(four) from table T", "removed learnt \(six) from table T",
                ])
        }
    }
}
