import Foundation
import Laboratory

/// An `EngineHost` with containerd as its Debian package configures it, two networks, and nothing of Evenkeel but the folder
/// from which it is installed.
final class InstalledHost: EngineHost {
    let sandbox: EngineSandbox
    /// The folder from which it is installed.
    static let source = "/root/evenkeel"

    init(networks: Int = 2) throws {
        let tests = Shell.packageFolder + "/Tests/Engines"
        var copies = [
            ContainerdScript.client + "/cri.py": tests + "/cri.py",
            ContainerdScript.client + "/protobuf.py": tests + "/protobuf.py",
        ]
        for program in ["evenkeel", "evenkeel-cni", "evenkeel-hook", "evenkeel-runtime", "evenkeel-watch"] {
            copies["\(Self.source)/.build/dist/\(program)"] = "\(Shell.programs)/\(program)"
        }
        sandbox = try EngineSandbox(copies: copies)
        for part in ["install", "hooks", "LICENSE"] {
            try FileManager.default.copyItem(
                atPath: "\(Shell.packageFolder)/\(part)", toPath: "\(try sandbox.root)\(Self.source)/\(part)")
        }
        try installFunctions(engine: ContainerdScript.functions + Self.functions)
        try run(
            Self.keepConfiguration + HostScript.clean + HostScript.image + HostScript.world + Self.configure
                + ContainerdScript.daemon, environment: ["networks": "\(networks)"])
    }

    /// The package's file, whatever this machine has made of it.
    private static let keepConfiguration = "cp /etc/containerd/config.toml /root/config.toml\n"

    /// Of the package's configuration nothing changes; what pods need here that have no kubelet is put in.
    private static let configure = #"""
        mkdir -p /etc/containerd /etc/cni/net.d
        cp /root/config.toml /etc/containerd/config.toml
        sed -i '/^ *\[plugins."io.containerd.grpc.v1.cri"]$/a sandbox_image = "localhost/busybox:latest"\
        restrict_oom_score_adj = true
        /^ *\[plugins."io.containerd.grpc.v1.cri".cni]$/a max_conf_num = '"$networks" /etc/containerd/config.toml
        for n in $(seq "$networks"); do list $n; done
        for chain in CNI-HOSTPORT-SETMARK CNI-HOSTPORT-MASQ CNI-HOSTPORT-DNAT; do
            iptables -t nat -N $chain; ip6tables -t nat -N $chain
        done

        """#

    private static let functions = #"""
        # list N [FILTER]: the list of network N, changed by jq.
        list() {
            jq -n --arg n "$1" '{cniVersion: "1.0.0", name: "n\($n)", plugins: [
                {type: "bridge", bridge: "cni\($n)", isGateway: true, ipMasq: true, hairpinMode: true,
                 ipam: {type: "host-local", routes: [{dst: "0.0.0.0/0"}, {dst: "::/0"}],
                        ranges: [[{subnet: "10.89.\($n).0/24"}], [{subnet: "fd00:89:\($n)::/64"}]]}},
                {type: "portmap", capabilities: {portMappings: true}}
            ]} | '"${2:-.}" >/etc/cni/net.d/$1.conflist
        }

        installer() { bash /root/evenkeel/install/"$1".sh "${@:2}"; }

        # ready: waits until the runtime has read its lists, and answers for pods.
        ready() {
            for _ in {1..100}; do if cri status 2>/root/status; then return; fi; sleep 0.1; done
            cat /root/status >&2
            return 1
        }

        end() { cri stop-pod "$(</run/pods/"$1")"; cri remove-pod "$(</run/pods/"$1")"; }

        # lists: a checksum of everything in the folder of lists.
        lists() { (cd /etc/cni/net.d && find . -type f | sort | xargs sha256sum | sha256sum); }

        """#
}
