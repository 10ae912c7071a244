import Foundation
import Laboratory
import Testing

extension Engines {
    /// Evenkeel installed by its script on a host with containerd, whose configuration is its Debian package's.
    @Suite(.enabled(if: Containerd.isInstalled, "needs containerd and python3-grpcio"))
    struct InstalledTests {
        @Test func podsStartAndStopBeforeAndAfterEachStep() throws {
            let host = try InstalledHost()
            let before = try host.run("lists")
            try host.run("start old")
            try host.run("installer install --cni-lists >/root/said; ready")
            // The folder in which this runtime looks, and no other.
            #expect(
                try host.run("find /usr /opt -xdev -type f -path '*cni*/evenkeel' -print") == "/usr/lib/cni/evenkeel")
            #expect(try host.run("evenkeel cni directories --check") == "")
            try host.run("start web --publish 8080:80")
            #expect(try host.faults(of: "web") == [])
            try host.run("end web; end old; start late; start later; end late; installer uninstall >/root/said; ready")
            #expect(try host.run("lists") == before)
            #expect(try host.run("find /usr /opt -xdev -path '*cni*/evenkeel*' -print") == "")
            try host.run("end later; start after; end after; installer install --cni-lists >/root/said; ready")
            try host.run("start again; end again")
        }

        /// Where the runtime reads drop-in files, no list changes.
        @Test func aListStaysAsItIsWhereTheRuntimeReadsDropIns() throws {
            let host = try InstalledHost(networks: 1)
            let knowsDropIns = try host.run("grep -c loadOnlyInlinedPlugins /usr/bin/containerd || :") != "0"
            let list = "jq -c '.plugins | map(.type)' /etc/cni/net.d/1.conflist"
            let before = try host.run(list)
            try host.run("installer install --cni-lists >/root/said; ready")
            #expect(try (host.run(list) == before) == knowsDropIns)
            #expect(try host.run("ls /etc/cni/net.d/n1 || :").isEmpty == !knowsDropIns)
            // Whoever says so in a list gets it there.
            try host.run("installer uninstall >/root/said; list 1 '.loadOnlyInlinedPlugins = true'")
            try host.run("installer install --cni-lists >/root/said; ready; start web --publish 8080:80")
            #expect(try host.run(list).contains("evenkeel"))
            #expect(try host.faults(of: "web") == [])
            try host.run("end web")
        }

        /// Lists with which no pod would start stay as they are, and it is said why.
        @Test func aListThatItWouldBreakIsRefused() throws {
            let host = try InstalledHost(networks: 1)
            try host.run("list 2 '.plugins += [{type: \"nowhere\"}]'; echo '{' >/etc/cni/net.d/3.conflist")
            let before = try host.run("sha256sum /etc/cni/net.d/[23].conflist")
            let output = try host.attempt("installer install --cni-lists")
            #expect(output.status == 1)
            for said in [
                "/etc/cni/net.d/2.conflist: containerd does not find the plugin nowhere in /usr/lib/cni",
                "/etc/cni/net.d/3.conflist: it is not JSON",
            ] { #expect(output.err.contains(said), "\(output.err)") }
            #expect(try host.run("sha256sum /etc/cni/net.d/[23].conflist") == before)
            try host.run("rm /etc/cni/net.d/[23].conflist; ready; start web --publish 8080:80")
            #expect(try host.faults(of: "web") == [])
            try host.run("end web")
        }

        /// Its pods would not stop any more, either.
        @Test func thePluginStaysAsLongAsAListNamesIt() throws {
            let host = try InstalledHost(networks: 1)
            try host.run(
                "installer install >/root/said; list 1 '.plugins += [{type: \"evenkeel\"}]'; ready; start web --publish 8080:80"
            )
            let output = try host.attempt("installer uninstall")
            #expect(output.status == 1 && output.err.contains("/etc/cni/net.d/1.conflist names the plugin evenkeel"))
            try host.run("end web; start web --publish 8080:80; evenkeel cni remove --dir /etc/cni/net.d >/root/said")
            try host.run("installer uninstall >/root/said; ready; end web")
        }

        @Test func aFolderThatCannotBeWrittenToIsNamedAndNothingElseHappens() throws {
            let host = try InstalledHost(networks: 1)
            let output = try host.attempt(
                "mount --bind /etc/cni/net.d /etc/cni/net.d; mount -o remount,bind,ro /etc/cni/net.d; installer install --cni-lists"
            )
            #expect(output.status == 1 && output.err.contains("EROFS"), "\(output.err)")
            try host.run("umount /etc/cni/net.d; ready; start web --publish 8080:80; end web")
        }

        /// Another runtime with folders of its own gets the plugin there, and its lists are looked after as well.
        @Test func twoRuntimesWithTwoFoldersAreBothServed() throws {
            let host = try InstalledHost(networks: 1)
            try host.run(
                """
                mkdir -p /etc/crio/crio.conf.d /srv/lists /srv/plugins
                cp /usr/lib/cni/{bridge,portmap,host-local} /srv/plugins; cp /etc/cni/net.d/1.conflist /srv/lists
                printf '[crio.network]\\nnetwork_dir = "/srv/lists"\\nplugin_dirs = ["/srv/plugins/"]\\n' \\
                    >/etc/crio/crio.conf.d/10.conf
                installer install --cni-lists >/root/said; ready; start web --publish 8080:80
                test -x /srv/plugins/evenkeel; test -x /usr/lib/cni/evenkeel; grep -q evenkeel /srv/lists/1.conflist
                """)
            #expect(try host.faults(of: "web") == [])
            try host.run("end web; installer uninstall >/root/said; test ! -e /srv/plugins/evenkeel")
        }

        /// The advice for a runtime class, followed to the letter.
        @Test(arguments: ["packaged", "default"])
        func aPodOfARuntimeClassStarts(configuration: String) throws {
            let host = try InstalledHost(networks: 1)
            try host.run("installer install >/root/said")
            if configuration == "default" {
                try host.run(
                    """
                    containerd config default | sed -E \\
                        -e 's#^( *sandbox(_image)?) = .*#\\1 = "localhost/busybox:latest"#' \\
                        -e 's#^( *restrict_oom_score_adj) = .*#\\1 = true#' \\
                        -e 's#bin_dir = "/opt/cni/bin"#bin_dir = "/usr/lib/cni"#' \\
                        >/etc/containerd/config.toml
                    """)
            }
            try host.run(
                """
                evenkeel runtime-class --containerd >>/etc/containerd/config.toml
                kill "$(pidof -s containerd)"; until [[ -z $(pidof containerd) ]]; do sleep 0.05; done
                setsid containerd </dev/null >/root/containerd.log 2>&1 &
                ready; start plain; start web --handler evenkeel
                start left --handler evenkeel --annotation evenkeel.dev/skip=true
                """)
            #expect(try host.lines("evenkeel runtime-class --containerd").first?.contains("already") == true)
            // What it asks of Evenkeel reaches the runtime: only with the annotation nothing is done to the pod.
            #expect(try host.lines("filters web") == [])
            #expect(try host.lines("filters left") != [])
            try host.run("end web; end left; end plain")
        }
    }
    /// The same where the runtime reads drop-in files: containerd from 2.1 on.
    @Suite(.enabled(if: Containerd.knowsDropIns, "needs a containerd with drop-in files"))
    struct InstalledDropInTests {
        /// A network's agent writes its list anew when it starts.
        @Test func itOutlivesAListThatIsWrittenAnew() throws {
            let host = try InstalledHost()
            try host.run(
                "installer install --cni-lists >/root/said; list 1; list 2; ready; start web --publish 8080:80")
            #expect(try host.faults(of: "web") == [])
            try host.run("end web")
        }

        /// It takes effect at once, comes and goes beside others' files, and leaves them alone.
        @Test func itIsReadAtOnceAlsoBesideOthersFiles() throws {
            let host = try InstalledHost(networks: 1)
            try host.run(
                """
                mkdir /etc/cni/net.d/n1; echo '{"type": "tuning"}' >/etc/cni/net.d/n1/10-tuning.conf
                installer install --cni-lists >/root/said; start web --publish 8080:80
                """)
            #expect(try host.faults(of: "web") == [])
            try host.run("installer uninstall >/root/said; start bare; end web; end bare")
            #expect(try host.run("ls -A /etc/cni/net.d/n1") == "10-tuning.conf")
        }

        /// Its folder would be read because of ours, and no pod would start: nothing until then tells of a bad file.
        @Test(arguments: ["{", "", "{}", "{\"type\": \"nowhere\"}"])
        func besideABadFileItIsRefused(text: String) throws {
            let host = try InstalledHost(networks: 1)
            try host.run("mkdir /etc/cni/net.d/n1; printf %s '\(text)' >/etc/cni/net.d/n1/10-bad.conf")
            let output = try host.attempt("installer install --cni-lists")
            #expect(output.status == 1, "\(output)")
            #expect(
                output.err.contains(text.contains("nowhere") ? "plugin nowhere" : "n1/10-bad.conf"), "\(output.err)")
            try host.run(
                "start web; end web; rm -r /etc/cni/net.d/n1; installer install --cni-lists; start web; end web")
        }

        /// With the program gone no pod starts or stops; what says so, and what mends it.
        @Test func aMissingProgramIsFoundAndPutBack() throws {
            let host = try InstalledHost(networks: 1)
            try host.run("installer install --cni-lists >/root/said; start web; rm /usr/lib/cni/evenkeel")
            #expect(try host.attempt("start late").status != 0)
            #expect(try host.attempt("end web").status != 0)
            let found = ".findings[] | select(.id == \"cni-plugin-not-found\") | .severity, .remedy"
            #expect(
                try host.lines("evenkeel doctor --json | jq -r '\(found)' || :") == [
                    "error", "evenkeel cni remove /etc/cni/net.d/1.conflist",
                ])
            try host.run("installer install --cni-lists >/root/said; ready; end web; start web; end web")
        }
    }
}
