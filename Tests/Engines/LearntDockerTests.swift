import Foundation
import Laboratory
import Testing

extension Engines {
    /// Docker's networks without a default route: which ways packets go and come back, before and after their gateways are learnt.
    @Suite(.enabled(if: DockerHost.isInstalled, "needs Docker"))
    struct LearntDockerTests {
        /// A host with a container `web` on d1, d2 and m1, beside others.
        private func host() throws -> DockerHost {
            let host = try DockerHost()
            let functions = try String(
                contentsOfFile: "\(Shell.packageFolder)/Tests/Engines/learnt.sh", encoding: .utf8)
            try host.install(functions, as: "/root/learnt.sh")
            try host.run(
                """
                . /root/learnt.sh
                lan
                docker network create --subnet 10.88.7.0/24 plain >/dev/null
                docker run -d --name other --network d2 localhost/busybox sh -c 'exec nc -ll -p 80 -e echo hello' >/dev/null
                docker run -d --name apart --network plain localhost/busybox sh -c 'exec nc -ll -p 80 -e echo hello' >/dev/null
                docker run -d --name hidden --network inner localhost/busybox sh -c 'exec nc -ll -p 80 -e echo hello' >/dev/null
                create web --network d1 -p 8080:80
                docker network connect d2 web; docker network connect m1 web; docker start web >/dev/null
                """)
            return host
        }

        private func table(_ host: DockerHost, isStrict: Bool) throws -> [String: Int] {
            let said = try host.run(". /root/learnt.sh; strict_host \(isStrict ? "yes" : "no"); table web")
            var table: [String: Int] = [:]
            for line in said.split(separator: "\n") {
                let parts = line.split(separator: ": ")
                table[String(parts[0])] = Int(parts[1])
            }
            return table
        }

        private func denied(_ host: DockerHost) throws -> [Substring] {
            try host.run(". /root/learnt.sh; denied web").split(separator: "\n")
        }

        @Test func everyWayComesBackOnceGatewaysAreLearnt() throws {
            let host = try host()
            let before = [try table(host, isStrict: false), try table(host, isStrict: true)]
            let deniedBefore = try denied(host)
            try host.run(
                """
                . /root/learnt.sh
                mkdir -p /etc/evenkeel; echo '{"defaultRoute": {"learn": "all"}}' >/etc/evenkeel/policy.json
                """ + Watched.start
                    + """
                    safe web; apparently_learnt web 4 '10.86.1.1 10.88.2.1'; apparently_learnt web 6 'fd00:86:1::1 fd00:88:2::1'
                    """)
            for isStrict in [false, true] {
                let after = try table(host, isStrict: isStrict)
                let before = before[isStrict ? 1 : 0]
                for (way, count) in after.sorted(by: { $0.key < $1.key }) {
                    print("\(isStrict ? "strict" : "loose"): \(way): \(before[way] ?? -1) \(count)")
                    #expect(count == 2, "\(way), host \(isStrict ? "strict" : "loose")")
                }
            }
            // The controls: what learning is for was lost before.
            for before in before {
                for way in ["bound to the macvlan, ping", "bound to the macvlan, TCP", "bound to the second bridge, TCP"] {
                    #expect(before["IPv4 \(way)"] == 0 && before["IPv6 \(way)"] == 0, "\(way)")
                }
            }
            #expect(before[1]["IPv4 client to the macvlan"] == 0)
            #expect(before[1]["IPv4 from the second bridge's address"] == 0)
            let deniedAfter = try denied(host)
            #expect(deniedAfter == deniedBefore && deniedAfter.allSatisfy { $0.hasSuffix(": 0") })
            #expect(try host.run("verdict") == "")
        }
    }
}
