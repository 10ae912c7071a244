import Foundation
import Laboratory
import Testing

/// `evenkeel-runtime` becomes the real runtime: for whoever calls it there is no difference.
@Suite struct PassThroughTests {
    private let sandbox: EngineSandbox
    private static let wrapper = "/usr/local/libexec/evenkeel/evenkeel-runtime"

    init() throws {
        sandbox = try EngineSandbox(copies: [Self.wrapper: Shell.programs + "/evenkeel-runtime"])
        // The kernel's own account of what was executed, which no shell has touched.
        try sandbox.run(
            "rm -rf /etc/evenkeel; cat >/usr/local/bin/recorder; chmod 755 /usr/local/bin/recorder",
            input: """
                #!/bin/bash
                cp /proc/$$/cmdline /run/arguments
                cp /proc/$$/environ /run/environment
                grep -E '^Sig(Blk|Ign)' /proc/self/status >/run/signals
                { cat; cat <&3; } >/run/input 2>/dev/null
                for number in {4..9}; do [[ ! -e /proc/$$/fd/$number ]] || echo $number; done >/run/descriptors
                echo out
                echo err >&2
                [[ -z ${SIGNAL:-} ]] || kill -$SIGNAL $$
                exit ${STATUS:-0}

                """)
    }

    static let calls = [
        "create --bundle /b --pid-file /p --console-socket /s 4f1c", "start 4f1c",
        "--root /none --log /run/log --log-format json --systemd-cgroup start 4f1c", "exec --process /p -d 4f1c",
        "kill --all 4f1c 9", "delete --force 4f1c", "state 4f1c", "features", "--version", "-v", "", "start",
        "start ../../etc", "no-such-command -x --y=z", "update --resources - 4f1c", "'' ' ' $'a\\nb' $'\\xff\\xfe' '*'",
    ]

    @Test(arguments: calls)
    func everyCallArrivesByteForByte(call: String) throws {
        try sandbox.run(
            """
            for runtime in recorder \(Self.wrapper); do
                status=0
                env -i EVENKEEL_RUNTIME=/usr/local/bin/recorder $'BYTES=\\xff=\\n' XDG_RUNTIME_DIR=/run/x PATH=$PATH \\
                    STATUS=42 $runtime \(call) 3<<<three 7</dev/null >/run/out 2>/run/err <<<in || status=$?
                mkdir -p /run/seen/${runtime##*/}
                echo $status >/run/status
                # What is said of a container that nobody knows is not the runtime's.
                sed -i '/^evenkeel: container 4f1c: its state was not found/d' /run/err
                mv /run/{arguments,environment,signals,input,descriptors,out,err,status} /run/seen/${runtime##*/}
            done
            cd /run/seen
            diff -r recorder evenkeel-runtime
            # And the recorder did record.
            [[ $(<recorder/status) == 42 && $(<recorder/out) == out && $(<recorder/err) == err ]]
            [[ $(<recorder/input) == $'in\\nthree' ]]
            grep -qx 7 recorder/descriptors
            grep -q BYTES recorder/environment
            """)
    }

    @Test(arguments: [0, 1, 127, 255])
    func itsStatusIsTheRuntimes(status: Int) throws {
        let output = try call("state a", "STATUS=\(status)")
        #expect(output.status == status && output.out == "out\n" && output.err == "err\n")
    }

    @Test(arguments: ["TERM", "KILL", "PIPE"])
    func aSignalThatEndsTheRuntimeIsSeen(signal: String) throws {
        #expect(try call("kill a", "SIGNAL=\(signal)").status == ["TERM": 143, "KILL": 137, "PIPE": 141][signal])
    }

    /// The wrapper itself would not die of SIGPIPE, and waits for a child.
    @Test(arguments: ["HUP", "PIPE", "CHLD", "HUP PIPE CHLD"])
    func theSignalsOfACallerThatIgnoresThemAreStillTheRuntimes(signals: String) throws {
        try sandbox.run(
            """
            export EVENKEEL_RUNTIME=recorder
            for runtime in recorder \(Self.wrapper); do
                # bash ignores no SIGCHLD, and tells nobody.
                python3 -c 'import os, signal, sys
            for name in "\(signals)".split(): signal.signal(getattr(signal, "SIG" + name), signal.SIG_IGN)
            for name in {"HUP", "PIPE"} - set("\(signals)".split()): signal.signal(getattr(signal, "SIG" + name), signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
            os.execvp(sys.argv[1], sys.argv[1:])' $runtime start a 3</dev/null </dev/null 2>/run/said
                mv /run/signals /run/${runtime##*/}
            done
            diff /run/recorder /run/evenkeel-runtime
            ! grep -v 'its state was not found' /run/said | grep .
            grep -q '^SigBlk:.*[1-9a-f]' /run/recorder
            """)
    }

    /// Engines look into the file when they are told that the runtime failed.
    @Test func aBrokenPipeDoesNotKeepItsWordsFromTheFile() throws {
        let log = try sandbox.run(
            """
            mkfifo /run/pipe
            exec 8<>/run/pipe 9>/run/pipe 8<&-
            status=0
            EVENKEEL_RUNTIME=/no/such \(Self.wrapper) --log /run/log create a 2>&9 || status=$?
            echo $status
            cat /run/log
            """)
        #expect(log.text.hasPrefix("1\n") && log.text.contains("cannot execute /no/such"), "\(log.text)")
    }

    /// Whom nobody knows, nobody can make safe; without such a policy the runtime says what it thinks of that.
    @Test func onErrorFailKeepsAnUnknownContainerFromStarting() throws {
        #expect(try call("start a", "STATUS=3").status == 3)
        try sandbox.run("mkdir /etc/evenkeel; echo '{\"onError\": \"fail\"}' >/etc/evenkeel/policy.json")
        let output = try call("--log /run/log start a", "STATUS=3")
        #expect(output.status == 1)
        #expect(output.err == "evenkeel: container a: its state was not found, so its network was not looked at\n")
        #expect(try sandbox.run("cat /run/log").text.contains("its state was not found"))
        #expect(try call("create a", "STATUS=3").status == 3)
    }

    @Test(arguments: ["runc", "crun"])
    func ofARealRuntimeItSaysWhatThatSays(runtime: String) throws {
        try sandbox.run(
            """
            ln -s \(Self.wrapper) /usr/local/bin/evenkeel-\(runtime)
            for call in --version --help 'state no-such-container' 'start no-such-container' list no-such-command; do
                \(runtime) $call >/run/out 2>/run/err && status=0 || status=$?
                evenkeel-\(runtime) $call >/run/out2 2>/run/err2 && status2=0 || status2=$?
                sed -i '/^evenkeel: container /d' /run/err2
                [[ $status == "$status2" ]]
                diff /run/out /run/out2
                diff <(sed 's/time="[^"]*"//; s/^[0-9T:.-]*Z//' /run/err) <(sed 's/time="[^"]*"//; s/^[0-9T:.-]*Z//' /run/err2)
            done
            """)
    }

    @Test func theVariableComesBeforeItsNameAndItsNameBeforeTheFile() throws {
        try sandbox.run(
            """
            mkdir /etc/evenkeel
            for name in variable link file runc; do
                printf '#!/bin/sh\\necho %s\\n' $name >/usr/local/sbin/$name
                chmod 755 /usr/local/sbin/$name
            done
            cd /usr/local/libexec/evenkeel
            ln -s evenkeel-runtime evenkeel-link
            [[ $(./evenkeel-runtime) == runc ]]
            echo '{"runtime": "file"}' >/etc/evenkeel/runtime.json
            [[ $(./evenkeel-runtime) == file ]]
            [[ $(./evenkeel-link) == link ]]
            [[ $(EVENKEEL_RUNTIME=variable ./evenkeel-link) == variable ]]
            [[ $(EVENKEEL_RUNTIME= ./evenkeel-link) == file ]]
            # A link of the runtime's name that leads to the wrapper is passed over.
            ln -s $PWD/evenkeel-runtime /usr/local/bin/file
            [[ $(PATH=/usr/local/bin:$PATH ./evenkeel-runtime) == file ]]
            """)
    }

    @Test(arguments: [
        ("EVENKEEL_RUNTIME=no-such-runtime", "evenkeel-runtime: there is no no-such-runtime in "),
        ("EVENKEEL_RUNTIME=/no/such", "evenkeel-runtime: cannot execute /no/such: No such file or directory (ENOENT)"),
        ("EVENKEEL_RUNTIME=\(wrapper)", "\(wrapper) is evenkeel-runtime itself; name the real runtime"),
        ("EVENKEEL_RUNTIME=/etc/passwd", "cannot execute /etc/passwd: Permission denied (EACCES)"),
    ])
    func aRuntimeThatIsNoneIsAnErrorWhereEnginesLookForIt(variable: String, reason: String) throws {
        let output = try call("--log /run/log --log-format json create a", variable)
        #expect(output.status == 1)
        #expect(output.err.contains(reason))
        let log = try sandbox.run("jq -r 'select(.level == \"error\" and (.time | fromdate > 0)).msg' /run/log")
        #expect(log.text.contains(reason))
        _ = try call("--log=/run/text create a", variable)
        #expect(try sandbox.run("cat /run/text").text.contains("level=error msg=\"evenkeel-runtime: "))
    }

    @Test(arguments: ["{", "{}", "[]", #"{"runtime": ""}"#, #"{"runtime": 7}"#])
    func aFileThatNamesNoRuntimeIsAnErrorThatNamesTheFile(document: String) throws {
        try sandbox.run("mkdir /etc/evenkeel; cat >/etc/evenkeel/runtime.json", input: document)
        let output = try sandbox.attempt("\(Self.wrapper) state a")
        #expect(output.status == 1)
        #expect(output.err.hasPrefix("evenkeel-runtime: /etc/evenkeel/runtime.json "))
    }

    private func call(_ arguments: String, _ variables: String) throws -> Output {
        let variables = variables.hasPrefix("EVENKEEL") ? variables : "EVENKEEL_RUNTIME=recorder \(variables)"
        // In a shell of its own, which survives the signal and tells its status.
        return try sandbox.attempt(
            "status=0; env \(variables) \(Self.wrapper) \(arguments) 3</dev/null </dev/null || status=$?; exit $status")
    }
}
