import Laboratory
import Testing

/// `evenkeel check-system` on a host where nothing is installed.
@Suite struct CheckSystemTests {
    /// What a check could have changed, but for counters that go on by themselves.
    private static let state = #"""
        state() {
            nft list ruleset; ip rule; ip -6 rule; ip -br link | tr -s ' ' | cut -d ' ' -f 1,3; ip route show table all
            cat /proc/modules 2>/dev/null | cut -d ' ' -f 1 || :
            sysctl -a 2>/dev/null | grep -E '^net\.(ipv4|ipv6|netfilter|bridge)' | grep -vE '_count|route\.(gc|min)' || :
            find /run /etc/evenkeel 2>/dev/null | sort || :
            stat -Lc %i /proc/[0-9]*/ns/net 2>/dev/null | sort -u
        }

        """#

    @Test func rootTriesEverythingAndChangesNothing() throws {
        let said = try Lab().run(
            Self.state + """
                lab 1
                before=$(state)
                said=$("$programs/evenkeel" check-system --json)
                "$programs/evenkeel" check-system >/dev/null
                diff <(echo "$before") <(state)
                jq -r '.version, (.checks[] | select(.part == "kernel") | "\\(.what): \\(.mark)")' <<<"$said"
                jq -r '.verdict, .error, (.checks | map(.part) | unique | join(" "))' <<<"$said"
                """)
        let lines = said.split(separator: "\n").map(String.init)
        for row in [
            "release", "policy rules, IPv4", "policy rules, IPv6", "nf_tables", "rules for INVALID",
            "sysctls of a namespace",
        ] {
            #expect(lines.contains("\(row): ok"), "\(said)")
        }
        #expect(lines.first == "1" && lines.suffix(3).first != "unable" && lines.suffix(2).first == "null")
        #expect(
            lines.last == "Evenkeel engines firewalls kernel privileges system"
                || lines.last?.contains("CNI lists") == true)
    }

    @Test func anOrdinaryUserIsToldWhatCouldNotBeLookedAt() throws {
        let output = try Lab().attempt(
            """
            install -m 755 "$programs/evenkeel" /run/evenkeel-program
            nobody env LC_ALL=C /run/evenkeel-program check-system
            nobody env LC_ALL=C.UTF-8 /run/evenkeel-program check-system | grep -q '✓ release'
            """)
        #expect(output.status == 0, "\(output)")
        #expect(output.out.contains("  unknown user: user 65534, who is not root"), "\(output.out)")
        #expect(output.out.contains("things could not be looked at."))
        #expect(output.out.contains("  ok      release: Linux "))
        #expect(output.out.utf8.allSatisfy { $0 < 0x80 })
    }

    /// There a namespace could be left, and not entered again.
    @Test func rootOfAUserNamespaceTriesNothing() throws {
        let output = try Lab().attempt(
            #"unshare --user --map-root-user "$programs/evenkeel" check-system --json | jq -r '.checks[] | select(.mark == "unknown") | .what'"#
        )
        #expect(output.out.contains("sysctls of a namespace\n") && output.out.contains("user\n"), "\(output)")
    }

    /// In a namespace that lacks both, as a container's: it says so, and ends with 1.
    @Test func withoutProcNothingCanBeDone() throws {
        let output = try Lab().attempt(
            #"umount -l /proc; mount -t tmpfs tmpfs /proc; "$programs/evenkeel" check-system --json | jq -r .verdict"#)
        #expect(output.status == 1 && output.text == "unable", "\(output)")
    }

    @Test(.guestKernel) func aModuleIsNotLoadedToFindOut() throws {
        let said = try GuestKernel.run(
            """
            check() { "$programs/evenkeel" check-system --json | jq -r '.verdict, (.checks[] | select(.what == "nf_tables") | .mark, .found)' | xargs -d '\\n'; }
            rmmod nf_tables nfnetlink 2>/dev/null || :
            cut -d ' ' -f 1 /proc/modules | sort >/run/before
            check
            cut -d ' ' -f 1 /proc/modules | sort | diff /run/before -
            release=$(uname -r); cp /lib/modules/$release/modules.builtin /run/
            grep -v nf_tables /lib/modules/$release/modules.dep >/run/modules.dep
            mount -t tmpfs tmpfs /lib/modules; mkdir /lib/modules/$release; mv /run/modules.* /lib/modules/$release/
            check
            """, environment: Lab.environment
        ).text.split(separator: "\n").map(String.init)
        #expect(said.first?.contains("ok not loaded; the kernel loads it when it is needed") == true, "\(said)")
        #expect(said.last == "limited missing not among this kernel's modules", "\(said)")
    }
}
