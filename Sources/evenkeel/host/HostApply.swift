import ArgumentParser
import Diagnosis
import HostCare
import Keel
import LinuxSystem

/// `evenkeel host apply`
struct HostApply: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Sets up the host as the policy says.",
        discussion: """
            Where addresses are translated, installs the rules that keep the host from answering INVALID segments with \
            RST, for the host and every running container; the policy's "invalid" may choose otherwise. Sizes the \
            connection tracking table and sets the timeouts that the policy's "conntrack" names. A limit is never \
            lowered. A second run changes nothing. A timeout too short for idle connections (RFC 5382: 2 h 4 min) is \
            set, with a note.

            /run/evenkeel keeps the former value of each sysctl until the next boot, so that `evenkeel host remove` \
            can restore it. After `evenkeel host remove`, or after somebody took a table away by its name, this also makes \
            the watcher look after the tables again. --persist also writes the values to /etc/sysctl.d/90-evenkeel.conf and, if connection \
            tracking is a module, its hash size to /etc/modprobe.d/evenkeel.conf and its name to \
            /etc/modules-load.d/evenkeel.conf. It removes what an earlier policy wrote there.

            \(Answer.help("host-apply", ChangeVerdict.self))

            EXAMPLES
              evenkeel host apply --dry-run
              evenkeel host apply --persist
              systemctl enable --now evenkeel-host      # at every boot, and after every reload of nftables

            EXIT STATUS
              0   the host is as the policy says, or with --dry-run could be
              1   something was refused, or the policy is faulty; standard error says what
              64  the command line is wrong
            """)

    @Flag(name: [.customLong("dry-run"), .customShort("n")], help: "Say what would be done; change nothing.")
    var dryRun = false

    @Flag(help: "Also write the table's size and the timeouts to files that are read at boot.")
    var persist = false

    @OptionGroup var options: HostOptions

    func run() throws {
        var outcome = HostOutcome()
        do throws(Failure) { try work(&outcome) } catch { outcome.errors.append(error.description) }
        try outcome.report(asJSON: options.json, dryRun: dryRun)
    }

    private func work(_ outcome: inout HostOutcome) throws(Failure) {
        let documents = try HostPolicy.named(options.policy)
        let policy = documents.policy
        var run = try HostRun.open(policy)
        let state = run.observe()
        let plan = run.plan(state)
        outcome.errors += run.failures.map { Failure($0).description }
        outcome.resumeWatcher(dryRun: dryRun)
        if dryRun {
            outcome.lines = plan.changes.map { ChangeLine($0) }
            outcome.notes = plan.notes
        } else {
            let report = run.apply(plan)
            outcome.lines = report.steps.map { ChangeLine($0) }
            outcome.notes = report.notes
            outcome.errors += report.errors.map { Failure($0).description }
        }
        let former = run.failures.count
        let now = dryRun ? state : run.observe()
        outcome.errors += run.failures.dropFirst(former).map { Failure($0).description }
        let timeout = IdleTimeout(policy.conntrack, present: now.conntrack?.tcpEstablishedTimeout)
        if let timeout { outcome.notes.append(timeout.note) }
        // Behind what was done: a fault in one key leaves the others. What it meant for the next boot is not known.
        if persist && documents.faults.isEmpty { keepForBoot(policy, now, &outcome) }
        outcome.errors += documents.warnings
        if persist && !documents.faults.isEmpty { outcome.errors.append("nothing was written for the next boot") }
        // After the files, which may have resolved a conflict. A conflict that cannot be read is only a note.
        do { outcome.notes += try run.conflicts(state, now: now) } catch { outcome.notes.append(error.description) }
    }

    private func keepForBoot(_ policy: Policy, _ state: HostState, _ outcome: inout HostOutcome) {
        // A hash table too large for the memory would keep the module from being loaded at boot.
        guard !outcome.lines.contains(where: { $0.change.remedy == .conntrack && $0.status == .failed }) else {
            return outcome.errors.append(
                "nothing was written for the next boot, because not everything could be set now")
        }
        guard let table = state.conntrack else {
            // What could not be looked at is an error already.
            if !outcome.errors.isEmpty { return outcome.errors.append("nothing was written for the next boot") }
            return outcome.errors.append(
                "connection tracking is not loaded, so there is no size to write to a file: load nf_conntrack or start a container, "
                    + "then try again")
        }
        let files = PersistentSettings.files(policy, table, isModule: PersistentSettings.isModule)
        for file in files {
            do throws(KernelError) {
                if dryRun {
                    outcome.files.append("would write \(file.path)")
                } else if try PersistentSettings.put(file) {
                    outcome.files.append("wrote \(file.path)")
                }
            } catch { outcome.errors.append(error.description) }
        }
        // Files that an earlier policy asked for.
        outcome.removeFiles(besides: files, dryRun: dryRun)
    }
}
