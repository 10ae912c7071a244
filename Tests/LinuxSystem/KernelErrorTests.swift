import Foundation
import Testing

@testable import LinuxSystem

@Suite struct KernelErrorTests {
    @Test(arguments: [
        (EPERM, "Operation not permitted (EPERM)"), (ENOENT, "No such file or directory (ENOENT)"),
        (ENETUNREACH, "Network is unreachable (ENETUNREACH)"), (EOPNOTSUPP, "Operation not supported"),
        (EAGAIN, "Resource temporarily unavailable (EAGAIN)"), (4095, "error 4095"), (-1, "error -1"),
        (Int32.max, "error 2147483647"),
    ])
    func anErrorNumberReadsAsSentenceAndSymbol(number: Int32, text: String) {
        // ENOTSUP and EOPNOTSUPP are one number, and C libraries differ in its name.
        #expect(Errno(rawValue: number).description.hasPrefix(text))
    }

    @Test func anErrorSaysWhatWasAttemptedAndWhatTheKernelSaid() {
        let error = KernelError("add default via 10.0.0.1 dev eth0", Errno(rawValue: ENETUNREACH))
        #expect(error.description == "cannot add default via 10.0.0.1 dev eth0: Network is unreachable (ENETUNREACH)")
        let explained = KernelError("add it", .invalid, explanation: "Nexthop has invalid gateway", batchIndex: 2)
        #expect(explained.description == "cannot add it: Invalid argument (EINVAL): Nexthop has invalid gateway")
        let again = explained.attempting("guard the container")
        #expect(
            again.description == "cannot guard the container: Invalid argument (EINVAL): Nexthop has invalid gateway")
        #expect(again.batchIndex == 2 && again.errno == .invalid)
    }

    @Test(arguments: [
        (Errno.notPermitted, "root"), (.accessDenied, "CAP_NET_ADMIN"), (.readOnly, "/proc/sys"),
        (.notSupported, "module"),
        (.protocolNotSupported, "kernel"), (.familyNotSupported, "kernel"),
    ])
    func adviceTellsWhatToDo(errno: Errno, word: String) {
        #expect(KernelError("do it", errno).advice?.contains(word) == true)
    }

    @Test(arguments: [Errno.noEntry, .exists, .busy, .invalid, Errno(rawValue: 0)])
    func whereNothingGeneralHelpsThereIsNoAdvice(errno: Errno) {
        #expect(KernelError("do it", errno).advice == nil)
    }

    @Test func anInterruptedCallIsMadeAgain() {
        var calls = 0
        let result: Int32 = retryingOnInterrupt {
            calls += 1
            errno = calls < 3 ? EINTR : EIO
            return -1
        }
        #expect(result == -1 && calls == 3)
        #expect(Errno.current == .inputOutput)
    }

    @Test func aSuccessIsNotMadeAgainWhateverErrnoHolds() {
        var calls = 0
        errno = EINTR
        #expect(
            retryingOnInterrupt { () -> Int in
                calls += 1
                return 0
            } == 0)
        #expect(calls == 1)
    }
}
