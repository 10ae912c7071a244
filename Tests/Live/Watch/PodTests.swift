import Laboratory
import Testing

/// The watcher as a container runtime's plugin. The runtime is a script behind a real socket, which says what no release does when
/// it is wanted to; `Engines/NRITests` has real ones. The container `c` is on two networks, and nothing has made it safe yet.
@Suite struct PodTests {
    /// runtime: runs a script of nri.py. unready: what would hurt a container that starts now.
    private static let prologue = """
        of_cni() { touch "/run/netns/cni-$1"; mount --bind "/run/netns/$1" "/run/netns/cni-$1"; }
        runtime() { { echo 'from nri import *'; cat; } | PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$libraries/Watch timeout 60 python3 -B -; }
        unready() { one_default 4 c >/dev/null || echo 'two defaults'; [[ $(mark c) ]] || echo 'no mark'; }
        export -f unready one_default defaults mark; export programs
        lab 2; of_cni c

        """

    private func run(_ script: String) throws -> String {
        try Lab("Watch/watch.sh").run(Self.prologue + script)
    }

    @Test(arguments: ["RunPodSandbox\", field(1, ", "StateChange\", field(1, 1) + field(2, "])
    func aPodIsSafeOnceItIsAnsweredByWhateverNameItComes(question: String) throws {
        let said = try run(
            """
            watcher
            runtime <<'PYTHON'
            import subprocess
            runtime = Runtime()
            runtime.begin()
            assert runtime.ask("\(question)pod("/var/run/netns/cni-c"))) == b""
            assert not subprocess.run(["bash", "-c", "unready"], capture_output=True).stdout
            PYTHON
            status '[.nri.runtime, .nri.runtimeVersion, .nri.pods]'
            """)
        #expect(said == #"["test","1.0",1]"#)
    }

    /// Whatever is asked, a status as the answer would have the pod fail.
    @Test func whatIsNotKnownIsAnsweredWithSuccess() throws {
        let said = try run(
            """
            # The host's own namespace, by a container's name.
            touch /run/netns/cni-host; mount --bind /proc/self/ns/net /run/netns/cni-host; ip route >/run/before
            watcher
            runtime <<'PYTHON'
            runtime = Runtime()
            runtime.accept()
            for method in ["Configure", "Synchronize"]:
                runtime.ask(method, b"")
            for method in ["Shutdown", "CreateContainer", "ValidateContainerAdjustment", "", "x" * 5000]:
                assert runtime.ask(method, field(1, "y" * 9000)) == b"", method
            for namespace in ["", "/run/netns/../netns/cni-c", "/run/netns/c", "/proc/1/ns/net", "/run/netns/cni-none", "/run/netns/cni-host"]:
                assert runtime.ask("RunPodSandbox", field(1, pod(namespace))) == b"", namespace
            assert runtime.ask("Synchronize", field(1, pod("/run/netns/cni-c")) + field(3, 1)) == bytes.fromhex("12021001")
            PYTHON
            status .nri.pods; ip route show table 17738997 2>/dev/null || :; ip route | diff /run/before -
            """)
        #expect(said == "6")
    }

    @Test(arguments: ["1.7.24", "2.1.9"]) func whatContainerdSaidIsAnswered(version: String) throws {
        let said = try run(
            """
            watcher
            runtime <<'PYTHON'
            runtime = Runtime()
            for connection in (0, 1):
                runtime.accept()
                pieces = b"".join(recorded("\(version)", connection))
                runtime.plugin.sendall(pieces)
                answers = [runtime.receive() for _ in range(6 if connection == 0 else 3)]
                assert all(kind == RESPONSE and payload in (b"", bytes.fromhex("12021001")) for _, _, kind, payload in answers)
                runtime.plugin.close()
            PYTHON
            status '[.nri.runtime, .nri.pods]'
            """)
        #expect(said == #"["containerd",5]"#)
    }

    @Test func itComesBackAfterARefusalNonsenseAndTheRuntimesEnd() throws {
        let said = try run(
            """
            watcher
            runtime <<'PYTHON'
            import os
            runtime = Runtime()
            runtime.accept(refusal="invalid plugin index")
            assert runtime.receive() is None
            runtime.begin()
            runtime.plugin.sendall(b"\\xff" * 64)
            assert runtime.receive() is None
            runtime.begin()
            runtime.plugin.close()
            runtime.begin()
            runtime.close()
            os.unlink(SOCKET)
            runtime = Runtime()
            runtime.begin()
            assert runtime.ask("RunPodSandbox", field(1, pod("/run/netns/cni-c"))) == b""
            PYTHON
            unready; grep -o 'invalid plugin index (code 2)' /run/watch.log
            """)
        #expect(said == "invalid plugin index (code 2)")
    }

    /// It stands still until both have asked, so that it finds all of it at once.
    @Test func othersHaveTheirTurnWhileARuntimeAsksWithoutEnd() throws {
        let said = try run(
            """
            watcher
            WATCHER=$watcher runtime <<'PYTHON'
            import json, os, signal
            runtime = Runtime()
            runtime.begin()
            watcher = int(os.environ["WATCHER"])
            os.kill(watcher, signal.SIGSTOP)
            while open(f"/proc/{watcher}/stat").read().split()[2] != "T":
                pass
            message = field(2, "RunPodSandbox") + field(3, field(1, pod("/run/netns/cni-c")))
            message = struct.pack(">IIIIBB", THEIRS, len(message) + 10, len(message), 1, REQUEST, 0) + message
            runtime.plugin.setblocking(False)
            sent = 0
            try:
                while sent < 100:
                    sent += runtime.plugin.send(message * 100) / len(message) / 100
            except BlockingIOError:
                pass
            pods = int(sent * 100)
            assert pods > 500, pods
            other = socket.socket(socket.AF_UNIX)
            other.connect("/run/evenkeel/watch.sock")
            other.sendall(b"GET /status HTTP/1.0\\r\\n\\r\\n")
            os.kill(watcher, signal.SIGCONT)
            answer = b"".join(iter(lambda: other.recv(65536), b""))
            answered = json.loads(answer.split(b"\\r\\n\\r\\n", 1)[1])["nri"]["pods"]
            assert answered < pods / 2, (answered, pods)
            PYTHON
            """)
        #expect(said == "")
    }

    /// The lock stands for whatever keeps a look from coming to its end.
    @Test func whatTakesLongIsAnsweredFirst() throws {
        let said = try run(
            """
            watcher
            runtime <<'PYTHON'
            import os, subprocess
            runtime = Runtime()
            runtime.begin()
            lock = hold("/run/netns/cni-c")
            assert runtime.ask("RunPodSandbox", field(1, pod("/run/netns/cni-c"))) == b""
            assert subprocess.run(["bash", "-c", "unready"], capture_output=True).stdout == b"two defaults\\nno mark\\n"
            os.close(lock)
            PYTHON
            eventually '[[ ! $(unready) ]]'; status '[.nri.pods, .nri.late]'
            """)
        #expect(said == "[1,1]")
    }

    @Test func aPodsAnnotationsAreObeyed() throws {
        let said = try run(
            """
            watcher
            runtime <<'PYTHON'
            runtime = Runtime()
            runtime.begin()
            assert runtime.ask("RunPodSandbox", field(1, pod("/run/netns/cni-c", skip="true"))) == b""
            PYTHON
            quiet; mark c; defaults 4 c | wc -l; status .namespaces.left
            """)
        #expect(said == "2\n2\n1")
    }

    /// Nobody but the runtime knows what a pod wished that started while no watcher ran.
    @Test func aPodThatWasThereBeforeIsKnownByItsAnnotations() throws {
        let said = try run(
            """
            runtime <<'PYTHON' &
            runtime = Runtime()
            runtime.begin(pod("/run/netns/cni-c", skip="true"))
            runtime.receive()
            PYTHON
            until [[ -S /run/nri/nri.sock ]]; do sleep 0.01; done
            watcher; eventually '(($(status .namespaces.left) == 1))'; mark c; defaults 4 c | wc -l
            """)
        #expect(said == "2\n2")
    }

    @Test func whoDoesNotWishItIsNotConnected() throws {
        let said = try run(
            """
            mkdir -p /run/nri; socat UNIX-LISTEN:/run/nri/nri.sock,fork OPEN:/run/connected,creat & server=$!
            until [[ -S /run/nri/nri.sock ]]; do sleep 0.01; done
            watcher --no-nri; status .nri; stop; [[ ! -e /run/connected ]]
            watcher; eventually '[[ -e /run/connected ]]'; kill $server
            """)
        #expect(said == #"{"state":"off"}"#)
    }
}
