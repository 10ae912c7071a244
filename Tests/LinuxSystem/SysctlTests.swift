import Foundation
import LinuxSystem
import Testing

@Suite struct SysctlTests {
    @Test func aPathIsBelowProcSys() {
        let sysctl = Sysctl("net/netfilter/nf_conntrack_max")
        #expect(sysctl.description == "/proc/sys/net/netfilter/nf_conntrack_max")
    }

    @Test func aNumberIsRead() throws {
        let text = try String(contentsOfFile: "/proc/sys/kernel/pid_max", encoding: .utf8)
        #expect(try Sysctl("kernel/pid_max").read() == Int(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect(try Sysctl("kernel/pid_max").readIfPresent() != nil)
    }

    @Test func whatIsNoNumberIsAnError() throws {
        let error = #expect(throws: KernelError.self) { try Sysctl("kernel/ostype").read() }
        #expect(
            error?.description
                == "cannot read /proc/sys/kernel/ostype: Invalid argument (EINVAL): it does not hold one number")
        // Three numbers are not one.
        #expect(throws: KernelError.self) { try Sysctl("net/ipv4/tcp_rmem").read() }
    }

    @Test func aMissingParameterIsNilIfAskedSoAndAnErrorOtherwise() throws {
        let missing = Sysctl("net/ipv4/evenkeel_test")
        #expect(try missing.readIfPresent() == nil)
        #expect(throws: KernelError("open /proc/sys/net/ipv4/evenkeel_test", .noEntry)) { try missing.read() }
        let attempt = "set /proc/sys/net/ipv4/evenkeel_test to 2"
        #expect(throws: KernelError.self) { try missing.write(2) }
        do { try missing.write(2) } catch { #expect(error.attempt == attempt) }
    }
}
