import Foundation
import Laboratory
import Testing

/// What the programs tell a real journal.
@Suite(.enabled(if: BootedSandbox.isPossible, "needs systemd, and control groups of version 2"))
struct JournalTests {
    private let system: BootedSandbox

    init() throws {
        let folder = Shell.programs
        system = try BootedSandbox(
            copies: [
                "/usr/local/bin/evenkeel-hook": folder + "/evenkeel-hook",
                "/usr/local/bin/evenkeel-cni": folder + "/evenkeel-cni",
            ], prepare: "mkdir /etc/evenkeel")
    }

    /// A process in a network namespace of its own on two networks, and the state that a runtime would hand over.
    private static let container = """
        unshare --net sleep 1000 </dev/null >/dev/null 2>&1 &
        pid=$!
        until [[ $(cat /proc/$pid/comm) == sleep ]]; do :; done
        inside() { nsenter -t $pid -n "$@"; }
        for number in 0 1; do
            inside ip link add name eth$number type veth peer name peer$number
            inside ip addr add 10.89.$number.5/24 dev eth$number
            inside ip link set eth$number up
            inside ip link set peer$number up
            inside ip route append default via 10.89.$number.1 dev eth$number metric 100
        done
        state() { echo '{"id": "0123abcd", "status": "created", "pid": '$pid', "annotations": '"$1"'}'; }
        # select FIELDS MATCH…: those fields of the messages that match, a line each.
        select_messages() {
            journalctl --sync
            journalctl --no-pager -o json "${@:2}" | jq -r "[$1] | join(\\" \\")"
        }

        """

    @Test func aStartIsALineAndEachChangeADetailWithFields() throws {
        let said = try system.run(
            Self.container + """
                evenkeel-hook <<<"$(state '{}')" 2>/dev/null
                select_messages .PRIORITY,.SYSLOG_IDENTIFIER,.MESSAGE CONTAINER_ID_FULL=0123abcd PRIORITY=6
                select_messages .PRIORITY,.EVENKEEL_CHANGE,.MESSAGE EVENKEEL_CHANGE=rp-filter
                select_messages .EVENKEEL_CHANGE EVENKEEL_CHANGE=default-route | sort -u
                select_messages '(.MESSAGE_ID | length | tostring)' CONTAINER_ID_FULL=0123abcd | sort -u
                kill $pid
                """
        ).split(separator: "\n")
        #expect(said.filter { $0.contains("made safe") }.count == 1, "\(said)")
        #expect(
            said.contains {
                $0.hasPrefix("6 evenkeel-hook container 0123abcd: its network was made safe; changes: ")
                    && $0.contains("default-route ") && $0.contains("rp-filter ")
            }, "\(said)")
        #expect(said.contains { $0.hasPrefix("7 rp-filter container 0123abcd: set rp_filter of ") }, "\(said)")
        #expect(said.contains("default-route") && said.last == "32", "\(said)")
    }

    @Test func whatTheDoctorWouldFindHasItsName() throws {
        let said = try system.run(
            Self.container + #"""
                evenkeel-hook <<<"$(state '{"evenkeel.default-route": "nowhere"}')" 2>/dev/null
                select_messages .PRIORITY,.CONTAINER_ID_FULL EVENKEEL_FINDING=wish-unmet
                evenkeel-hook <<<"$(state '{"evenkeel.rp-filter": "sideways"}')" 2>/dev/null
                select_messages .PRIORITY,.CONTAINER_ID_FULL EVENKEEL_FINDING=policy-fault
                kill $pid
                """#)
        #expect(said == "4 0123abcd\n4 0123abcd")
    }

    /// An annotation may have line breaks and be long: no field can be made of it, and the message stays one.
    @Test func whatAnImageSaysMakesNoFieldAndNoLongMessage() throws {
        let said = try system.run(
            Self.container + #"""
                word=$(head -c 60000 /dev/zero | tr '\0' x)
                evenkeel-hook <<<"$(state '{"evenkeel.mode": "a\nEVENKEEL_FINDING=forged\nPRIORITY=0\n'$word'"}')" 2>/dev/null
                select_messages '(.MESSAGE | length | . < 9000 | tostring)' EVENKEEL_FINDING=policy-fault
                select_messages .MESSAGE EVENKEEL_FINDING=forged
                kill $pid
                """#)
        #expect(said == "true")
    }
}
