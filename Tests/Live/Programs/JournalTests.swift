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
        inside() { nsenter -t $pid -n "$@"; }
        connect() {
            for number in 0 1; do
                inside ip link add name eth$number type veth peer name peer$number
                inside ip addr add 10.89.$number.5/24 dev eth$number
                inside ip link set eth$number up
                inside ip link set peer$number up
            done
        }
        bring_defaults() {
            inside ip route flush default
            for number in 0 1; do inside ip route append default via 10.89.$number.1 dev eth$number metric 100; done
        }
        unshare --net sleep 1000 </dev/null >/dev/null 2>&1 &
        pid=$!
        until [[ $(cat /proc/$pid/comm) == sleep ]]; do :; done
        connect
        bring_defaults
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

    /// containerd's clients tell a container's name in annotations, podman and CRI-O tell conmon, and Docker keeps a file. All of a name
    /// stays in its field, and another container's name is not taken.
    @Test func everyMessageHasTheContainersName() throws {
        let said = try system.run(
            Self.container + #"""
                id=$(printf '%064d' 7)
                named() {
                    bring_defaults
                    sed "s/0123abcd/$id/" <<<"$(state "$2")" | evenkeel-hook 2>/dev/null
                    select_messages .CONTAINER_NAME CONTAINER_ID_FULL=$id PRIORITY=6 | tail -n 1 | sed "s/^/$1: /"
                }
                mkdir -p /var/lib/docker/containers/$id
                echo '{"Name": "/web"}' >/var/lib/docker/containers/$id/config.v2.json
                named docker '{}'
                named nerdctl '{"nerdctl/name": "of nerdctl"}'
                named kubelet '{"io.kubernetes.cri.sandbox-namespace": "shop", "io.kubernetes.cri.sandbox-name": "front-0"}'
                named forged '{"nerdctl/name": "a\nEVENKEEL_FINDING=forged"}'
                rm -r /var/lib/docker/containers
                named nobody '{}'
                kill $pid
                # The parent is called as conmon is.
                printf '%s\n' 'unshare --net sleep 1000 </dev/null >/dev/null 2>&1 &' 'echo $! >/tmp/pid' 'wait' >/tmp/monitor
                for who in $id $(printf '%064d' 8); do
                    bash -c 'exec -a /usr/bin/conmon bash /tmp/monitor -c "$1" -r /usr/bin/crun -n db' - $who &
                    until [[ -s /tmp/pid && $(cat /proc/$(</tmp/pid)/comm) == sleep ]]; do :; done
                    pid=$(</tmp/pid)
                    connect
                    named "conmon of $who" '{}'
                    kill $pid
                    rm /tmp/pid
                done
                """#)
        let zeros = String(repeating: "0", count: 63)
        #expect(
            said.split(separator: "\n") == [
                "docker: web", "nerdctl: of nerdctl", "kubelet: shop/front-0",
                "forged: a?EVENKEEL_FINDING=forged", "nobody: ",
                "conmon of \(zeros)7: db", "conmon of \(zeros)8:",
            ], "\(said)")
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
