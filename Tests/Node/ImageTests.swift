import Foundation
import Laboratory
import Testing

/// What install/image.sh makes, and the manifests that name it.
@Suite struct ImageTests {
    @Test func anImageHasTheSameBytesWhenItIsMadeAgain() throws {
        let scratch = try Scratch()
        for (name, zone) in [("one", "UTC"), ("two", "Asia/Tokyo")] {
            try Shell.runSuccessfully(
                [
                    "bash", "-c",
                    "umask 077; \(Shell.packageFolder)/install/image.sh --programs \(Shell.programs) --output \(scratch.path)/\(name)",
                ], environment: ["SOURCE_DATE_EPOCH": "1700000000", "TZ": zone])
        }
        #expect(try Shell.run(["cmp", scratch.path + "/one", scratch.path + "/two"]).status == 0)
    }

    @Test(arguments: [["--arch", "riscv"], ["--output"], ["--unknown"]])
    func theImageRefusesWhatItDoesNotKnow(arguments: [String]) throws {
        let output = try Shell.run(["\(Shell.packageFolder)/install/image.sh"] + arguments)
        #expect(output.status == 64 && output.err.hasPrefix("install/image.sh: "))
    }

    @Test(.enabled(if: (try? Shell.run(["kubectl", "version", "--client"]))?.status == 0, "needs kubectl"))
    func everyOverlayIsValid() throws {
        let output = try Shell.run(
            ["\(Shell.packageFolder)/install/kubernetes/validate.sh"], environment: ["HOME": "/root"])
        #expect(output.status == 0, "\(output.err)")
    }
}
