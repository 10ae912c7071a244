import Foundation
import Laboratory
import Testing

extension Engines {
    /// A container has the privileges that its runtime gives it, with Evenkeel on its way or without.
    @Suite struct PrivilegeTests {
        private static let look = "grep -E '^(Cap|NoNewPrivs|Seccomp|Sig(Blk|Ign))' /proc/self/status"

        @Test(arguments: ["runc", "crun"]) func theHookChangesNoneOfThem(runtime: String) throws {
            let run = "podman run --rm --network n1,n2 localhost/busybox sh -c \"\(Self.look)\""
            let with = try PodmanHost(runtime: runtime).run(run)
            let without = try PodmanHost(runtime: runtime, isGuarded: false).run(run)
            #expect(with == without && with.contains("NoNewPrivs:\t0") && with.contains("CapBnd"))
        }

        @Test(arguments: ["runc", "crun"]) func theWrapperChangesNoneOfThem(runtime: String) throws {
            let host = try PodmanHost(wrapping: runtime)
            for options in ["", "--privileged", "--security-opt no-new-privileges", PodmanHost.withOwnUsers] {
                let run = { (wrapper: String) in
                    try host.run(
                        "podman run --rm \(options) \(wrapper) --network n1,n2 localhost/busybox sh -c \"\(Self.look)\""
                    )
                }
                let (with, without) = try (run(PodmanHost.wrapped), run(""))
                #expect(with == without && with.contains("CapBnd"), "\(options)")
            }
        }

        /// Without an engine that could even things out: bundles as the runtime itself makes them.
        @Test(arguments: ["runc", "crun"]) func aBundleRunsWithTheSamePrivileges(runtime: String) throws {
            let host = try PodmanHost(wrapping: runtime)
            let output = try host.run(
                """
                mkdir -p /run/bundle
                cp -r /root/image /run/bundle/rootfs
                mkdir -p /run/bundle/rootfs/{proc,dev,sys,etc,tmp}
                cd /run/bundle
                \(runtime) spec
                jq --arg look "\(Self.look)" '.process.terminal = false | .process.noNewPrivileges = false | .process.args = ["sh", "-c", $look] | .linux.cgroupsPath = "/bundles/same"' config.json >new
                mv new config.json
                for program in \(runtime) /usr/local/libexec/evenkeel/evenkeel-\(runtime); do
                    $program create --bundle /run/bundle same </dev/null >/run/seen 2>&1 || { cat /run/seen; exit 1; }
                    $program start same
                    until [[ $($program state same | jq -r .status) == stopped ]]; do sleep 0.05; done
                    $program delete same
                    cat /run/seen
                    echo --
                done
                """)
            let seen = output.components(separatedBy: "--").map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
            #expect(seen.count == 3 && seen[0] == seen[1] && seen[0].contains("NoNewPrivs"), "\(output)")
        }
    }
}
