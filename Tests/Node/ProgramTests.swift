import Foundation
import Laboratory
import Testing

@Suite struct ProgramTests {
    private let program = Shell.programs + "/evenkeel-node"

    @Test(arguments: [
        [], ["unknown"], ["install"], ["install", "--lists", "/x"], ["install", "--cni-dir", "/x"],
        ["install", "--lists"],
        ["install", "--lists", "/x", "--cni-dir", "/y"], ["install", "--lists=", "--cni-dir=/y", "--drop-in"],
        ["remove", "--lists", "/x", "--cni-dir", "/y", "--drop-in"], ["probe", "now"], ["probe", "--socket"],
        ["rest", "now"],
        ["keep", "--lists", "/x", "--cni-dir", "/y", "--drop-in", "--often"],
    ])
    func wrongArgumentsAreSaid(arguments: [String]) throws {
        let output = try Shell.run([program] + arguments)
        #expect(output.status == 64 && output.out == "")
        #expect(output.err.hasPrefix("evenkeel-node: ") && output.err.contains("\nusage: evenkeel-node"))
    }

    @Test(arguments: [["--help"], ["-h"], ["install", "--help"], ["probe", "--help"]])
    func helpIsAnAnswer(arguments: [String]) throws {
        let output = try Shell.run([program] + arguments)
        #expect(output.status == 0 && output.out.hasPrefix("usage: evenkeel-node") && output.err == "")
    }

    @Test func restEndsWhenToldTo() throws {
        let output = try Shell.run(
            [
                "bash", "-c",
                "\(program) rest & until ls -l /proc/$!/fd | grep -q signalfd; do :; done; kill $!; wait $!",
            ])
        #expect(output.status == 0)
    }

    @Test(arguments: [
        "HTTP/1.0 200 OK\\r\\n\\r\\nnonsense", "HTTP/1.0 404 Not Found\\r\\n\\r\\n{}", "HTTP/1.0 200 OK", "",
        "\\r\\n[]",
    ])
    func anAnswerThatIsNoStatusIsAFailure(answer: String) throws {
        let output = try probe(answering: "printf '\(answer)'")
        #expect(output.status == 1 && output.err.contains("evenkeel-node: cannot ask the watcher at "))
    }

    @Test func aStatusIsSuccess() throws {
        let output = try probe(answering: "printf 'HTTP/1.0 200 OK\\r\\nContent-Type: x\\r\\n\\r\\n{\"version\": 1}'")
        #expect(output.status == 0 && output.err == "")
    }

    @Test func oneThatNeverAnswersIsAFailure() throws {
        let output = try probe(answering: "sleep 5")
        #expect(output.status == 1 && output.err.contains("no answer within 3 seconds"))
    }

    @Test func withoutAWatcherItSaysWhereItLooked() throws {
        let output = try Shell.run([program, "probe", "--socket", "/nowhere/watch.sock"])
        #expect(output.status == 1)
        #expect(output.err.contains("cannot connect to /nowhere/watch.sock: No such file or directory (ENOENT)"))
    }

    private func probe(answering script: String) throws -> Output {
        let scratch = try Scratch()
        let command = """
            socat UNIX-LISTEN:socket EXEC:'bash answer' & server=$!
            until [[ -S socket ]]; do sleep 0.01; done
            status=0
            \(program) probe --socket socket || status=$?
            kill $server 2>/dev/null
            exit $status
            """
        _ = try scratch.file("answer", Array("read -r; \(script)".utf8))
        return try Shell.run(["bash", "-c", "cd \(scratch.path)\n\(command)"])
    }
}
