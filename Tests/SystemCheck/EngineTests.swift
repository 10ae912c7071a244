import ContainerRuntimes
import Laboratory
import Testing

@testable import SystemCheck

@Suite struct EngineTests {
    private func root(_ files: [String: String], programs: [String] = []) throws -> Scratch {
        let scratch = try Scratch()
        for (path, content) in files.merging(programs.map { ($0, "") }, uniquingKeysWith: { $1 }) {
            let folder = path.split(separator: "/").dropLast().joined(separator: "/")
            try Shell.runSuccessfully(["mkdir", "-p", "\(scratch.path)/\(folder)"])
            let file = try scratch.file(path, Array(content.utf8))
            if programs.contains(path) { try Shell.runSuccessfully(["chmod", "755", file]) }
        }
        return scratch
    }

    private let status = """
        Package: podman
        Status: install ok installed
        Version: 5.4.2+ds1-2

        Package: docker.io
        Status: deinstall ok config-files
        Version: 20.10.5

        Package: docker-ce
        Status: install ok installed
        Version: 5:28.0.4-1~debian.12~bookworm
        """

    private func engines(_ root: Scratch) -> [FoundEngine] {
        FoundEngine.installed(ContainerRuntime.installed(root: root.path), nil, root: root.path)
    }

    @Test func versionsComeFromThePackageDatabase() throws {
        let names: Set<String> = ["podman", "docker.io", "docker-ce", "cri-o"]
        let dpkg = try root(["var/lib/dpkg/status": status])
        let ofDebian = PackageDatabase(names, root: dpkg.path)
        #expect(ofDebian.version(["podman"]) == "5.4.2+ds1-2")
        #expect(ofDebian.version(["docker.io"]) == nil)
        #expect(ofDebian.version(["docker.io", "docker-ce"]) == "5:28.0.4-1~debian.12~bookworm")
        let apk = try root(["lib/apk/db/installed": "C:Q1\nP:podman\nV:5.5.0-r1\n\nP:zlib\nV:1\n"])
        #expect(PackageDatabase(names, root: apk.path).version(["podman"]) == "5.5.0-r1")
        let pacman = try root(["var/lib/pacman/local/cri-o-1.33.1-2/desc": ""])
        #expect(PackageDatabase(names, root: pacman.path).version(["cri-o"]) == "1.33.1-2")
        #expect(PackageDatabase(names, root: pacman.path).version(["cri"]) == nil)
    }

    @Test func eachEngineIsFoundAndSaysHowItIsCovered() throws {
        let root = try root(
            ["var/lib/dpkg/status": status, "etc/containerd/config.toml": "disabled_plugins = [\"cri\"]\n"],
            programs: [
                "usr/bin/podman", "usr/bin/dockerd", "usr/bin/containerd", "usr/bin/crio", "usr/lib/podman/netavark",
            ])
        let rows = engines(root).rows
        #expect(rows.map(\.what) == ["podman", "Docker", "containerd", "CRI-O"])
        #expect(rows[0].found == "5.4.2+ds1-2; /usr/bin/podman; networks by netavark")
        #expect(rows[0].consequence?.contains("OCI hook") == true)
        #expect(rows[1].consequence?.contains("hooks come too early") == true)
        #expect(rows[2].found.hasPrefix("version not known"))
        #expect(rows[2].consequence?.contains("runs no pods") == true)
        #expect(rows[3].consequence?.contains("NRI") == true)
    }

    @Test func aHostWithoutAnEngineIsLimited() throws {
        let root = try root([:])
        let rows = engines(root).rows
        #expect(CheckVerdict(rows) == .limited && rows.count == 1)
    }

    @Test func firewallsAreKnownByTheirFiles() throws {
        let root = try root(
            [
                "etc/ufw/ufw.conf": "ENABLED=yes\n", "usr/sbin/ufw": "", "usr/sbin/firewalld": "",
                "etc/nftables.conf": "#!/usr/sbin/nft -f\nflush ruleset\n", "usr/sbin/xtables-legacy-multi": "",
            ])
        try Shell.runSuccessfully(["ln", "-s", "xtables-legacy-multi", "\(root.path)/usr/sbin/iptables"])
        let firewalls = Firewalls.observe(
            KernelFacts(modules: KernelModules(release: "", root: root.path)), root: root.path)
        #expect(firewalls.ufw == true && firewalls.firewalld == false && firewalls.iptables == .legacy)
        #expect(firewalls.flushingFile == "/etc/nftables.conf")
        #expect(firewalls.rows.map(\.what) == ["firewalld", "ufw", "nftables' service", "iptables", "rules of others"])
        #expect(firewalls.rows.last?.mark == .unknown)
    }

    @Test func theSystemIsKnownByItsFolders() throws {
        let root = try root(["sys/fs/cgroup/cgroup.controllers": "", "run/systemd/system/x": ""])
        #expect(SystemFacts.observe(root: root.path) == SystemFacts(hasSystemd: true, controlGroups: .version2))
        let other = try self.root(["sys/fs/cgroup/memory/x": "", "sys/fs/cgroup/unified/cgroup.controllers": ""])
        #expect(SystemFacts.observe(root: other.path) == SystemFacts(hasSystemd: false, controlGroups: .both))
    }
}
