import Foundation
import Laboratory
import Testing

extension Engines {
    /// The watcher as containerd's plugin: no list of CNI's names Evenkeel, and yet a pod is safe before its first container starts.
    @Suite(
        .enabled(if: Containerd.isInstalled && Containerd.hasNRI, "needs containerd 1.7 or later, and python3-grpcio"))
    struct NRITests {
        /// pod NAME OPTION...: a pod on two networks that filters reverse paths strictly, with no container yet.
        /// unready NAME...: a line for each thing in these that would hurt a container which starts now.
        private static let functions = """
            listening() { eventually '[[ $(status .nri.state) == \\"live\\" ]]'; }
            pod() {
                mkdir -p /run/pods /run/members
                cri run-pod "$1" --sysctl net.ipv4.conf.all.rp_filter=1 "${@:2}" >"/run/pods/$1"
            }
            container() {
                cri run "$(</run/pods/"$1")" "$1" localhost/busybox:latest /bin/sh -c "$program" >"/run/members/$1"
            }
            defaults_of() { inside "$1" ip -4 route show default | wc -l; }
            unready() {
                local name
                for name in "$@"; do
                    strict "$name"
                    (($(defaults_of "$name") == 1)) || inside "$name" ip route
                    inside "$name" ip rule | grep 'iif lo' >/dev/null || echo "$name has no source rules"
                done
            }

            """

        private func host() throws -> ContainerdHost {
            try ContainerdHost(networks: 2, isGuarded: false, tellsOfPods: true)
        }

        @discardableResult
        private func run(_ script: String, on host: ContainerdHost) throws -> String {
            try host.run(Self.functions + script)
        }

        @Test func aPodOnTwoNetworksIsSafeBeforeItsFirstContainerStarts() throws {
            let host = try host()
            // The pod's only namespace is safe as soon as the runtime says that it runs.
            let atOnce = try run(
                "\(Watched.start)listening; pod c --publish 8080:80; unready /run/netns/cni-*; status .nri.pods; container c",
                on: host)
            #expect(atOnce == "1")
            let first = try host.firstAction(of: "c")
            #expect(first.defaultRoutes.count == 1)
            for interface in ["eth0", "eth1", "default"] { #expect(first.filters[interface] == "2") }
            let rules = try host.lines("inside c ip rule | grep -c 'iif lo'")
            #expect(rules == ["1"])
            let faults = try host.faults(of: "c")
            #expect(faults == [])
            let verdict = try host.run("verdict")
            #expect(verdict == "")
        }

        @Test func aPodDecidesByItsAnnotations() throws {
            let host = try host()
            let seen = try run(
                """
                \(Watched.start)listening
                pod c --annotation evenkeel.dev/skip=true; container c
                eventually '(($(status .namespaces.left) == 1))'; quiet; defaults_of c
                pod d --annotation evenkeel.dev/default-route=eth1; container d; gateway d
                status '[.namespaces.kept, .namespaces.left]'
                """, on: host)
            #expect(seen == "2\n10.89.2.1\n[1,1]")
            #expect(try host.firstAction(of: "c").defaultRoutes.count == 2)
        }

        @Test func podsStartWithoutTheWatcherAndAreSafeWhenItIsBack() throws {
            let host = try host()
            try run(
                "\(Watched.start)listening; pod c; container c; kill -9 $watcher; pod d; container d; watcher; safe c d",
                on: host)
            try run("listening; pod e; unready /run/netns/cni-*; safe c d", on: host)
        }

        /// EVENKEEL_PODS=100 measures how long that many pods wait for the watcher, and prints it.
        @Test(.enabled(if: pods > 0, "only to measure")) func theAnswersComeSoon() throws {
            let host = try host()
            print(
                try run(
                    """
                    \(Watched.start)listening
                    for n in {1..\(Self.pods)}; do pod p$n; done
                    unready /run/netns/cni-*; status '.nri | {pods, late, answers}'
                    """, on: host))
        }

        private static let pods =
            ProcessInfo.processInfo.environment["EVENKEEL_PODS"].flatMap { Int($0) } ?? 0

        @Test func itComesBackWhenTheRuntimeDoes() throws {
            let host = try host()
            try run(
                """
                \(Watched.start)listening; pod c
                pkill containerd; eventually '[[ $(status .nri.state) != \\"live\\" ]]'
                setsid containerd </dev/null >>/root/containerd.log 2>&1 &
                listening; until cri status 2>/dev/null; do sleep 0.1; done
                pod d; unready /run/netns/cni-*; status .nri.pods
                """, on: host)
        }
    }
}
