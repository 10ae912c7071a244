import LinuxSystem
import Testing

@Suite struct KernelReleaseTests {
    @Test(arguments: [
        ("6.1.0-18-amd64", 6, 1), ("5.10.0", 5, 10), ("6.18", 6, 18), ("6.12-rc3", 6, 12),
        ("4.18.0-553.el8_10.x86_64", 4, 18),
        ("6.6.87.2-microsoft-standard-WSL2", 6, 6), ("10.0.1", 10, 0), ("5.4+", 5, 4),
    ])
    func aReleaseBeginsWithTwoNumbers(text: String, major: Int, minor: Int) {
        #expect(KernelRelease(text) == KernelRelease(major, minor))
    }

    @Test(arguments: ["", "6", "6.", ".", "6.x", "six.one", "linux-6.1", "6-1", "6a.1", "99999999999999999999.1"])
    func whatDoesNotIsNone(text: String) {
        #expect(KernelRelease(text) == nil)
    }

    @Test func releasesAreOrderedByNumbersAndNotByText() {
        let ordered = [(4, 18), (5, 4), (5, 10), (6, 1), (6, 6), (6, 18), (10, 0)].map { KernelRelease($0.0, $0.1) }
        #expect(ordered.reversed().sorted() == ordered)
        #expect(!(KernelRelease(5, 10) < KernelRelease(5, 10)))
    }

    @Test func theRunningKernelSaysItsRelease() throws {
        #expect(try #require(KernelRelease.running) >= KernelRelease(4, 0))
    }
}
