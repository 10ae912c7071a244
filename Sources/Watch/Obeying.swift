import Keel
import LinuxSystem

// What the watcher is told by signals.

extension Watcher {
    /// Returns the exit status if the program is to end.
    func obeySignals() -> Int32? {
        while let signal = signals.next() {
            switch signal {
            case .end:
                manager.tell("STOPPING=1")
                return 0
            case .reload: reload()
            case .other: continue
            }
        }
        return nil
    }

    private func reload() {
        manager.tell("RELOADING=1\nMONOTONIC_USEC=\(Clock.now / 1000)")
        do throws(PolicyError) {
            let host = try Self.policy(options)
            // A person who mends a policy step by step does not want half of it to count meanwhile.
            if let fault = host.faults.first { throw fault }
            policy = host.policy
            say(.notice, "the policy was read again")
        } catch { say(.error, "the policy stays as it was: \(error.description)") }
        upkeep.call(for: nil)
        resync("reload")
        manager.tell("READY=1")
    }
}
