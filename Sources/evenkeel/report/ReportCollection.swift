import BugReport
import Diagnosis
import Discovery
import EngineNetworks
import HostCare
import JSON
import Keel
import LinuxSystem
import LinuxTools
import NetworkMap
import SystemCheck
import WatchClient

// What a report is made of. What of it cannot be had keeps nothing else away.

extension ReportContents {
    mutating func collect() {
        let check = SystemCheck.carryOut()
        add(
            "versions.txt", "versions of Evenkeel, the kernel, the system and the engines",
            .text(ReportTexts.versions(check)))
        addCheck(check)
        addHost()
        addPolicy()
        addWatcher()
        addLists()
        add(
            "sysctls.txt", "the host's kernel parameters that matter to containers' networks",
            .text(ReportTexts.sysctls()))
        addKernelLog()
        addRuleset()
        // Last: in a user namespace the thread does not come back from a container.
        addContainers()
        hideNames()
    }

    private mutating func addCheck(_ check: SystemCheck) {
        let report = CheckReport(check)
        add(
            "check-system.txt", "evenkeel check-system",
            .text(report.text(width: nil, hasSymbols: true)))
        add("check-system.json", "the same as JSON", .json(report.answer.json))
    }

    private mutating func addHost() {
        let about = "evenkeel host status"
        do throws(Failure) {
            let report = try HostStatus.look(policy: nil)
            let fault = report.errors.isEmpty ? nil : report.errors.joined(separator: "; ")
            add("host-status.txt", about, .text(report.text), fault: fault)
            add("host-status.json", "the same as JSON", .json(report.answer.json))
        } catch { add("host-status.txt", about) { () throws(Failure) in throw error } }
    }

    private mutating func addPolicy() {
        add("policy.txt", "evenkeel policy show: each value, and where it comes from") { () throws(Failure) in
            do throws(PolicyError) {
                let host = try HostPolicy.load()
                return .text(try PolicyListing(host).text(width: nil) + host.warnings.map { $0 + "\n" }.joined())
            } catch { throw Failure(error.description) }
        }
    }

    private mutating func addWatcher() {
        add("watcher.json", "the watcher's status and counters") { () throws(Failure) in
            do throws(KernelError) { return .json(try WatcherSocket().status().json) } catch {
                throw Failure(ofWatcher: error)
            }
        }
    }

    private mutating func addLists() {
        let about = "evenkeel cni directories: lists by their paths, and the types of their plugins"
        do throws(Failure) {
            let listing = try RuntimeListing(root: "/")
            add("cni.txt", about, .text(listing.text))
            for list in listing.entries.flatMap({ $0.lists }) {
                if let name = list.name { hide(name, .network) }
                let file = list.path.split(separator: "/").last.map { String($0) } ?? ""
                hide(file.hasSuffix(".conflist") ? String(file.dropLast(9)) : file, .network)
            }
        } catch { add("cni.txt", about) { () throws(Failure) in throw error } }
    }

    private mutating func addKernelLog() {
        add("kernel-log.txt", "the kernel's messages on connection tracking, and no others") { () throws(Failure) in
            do throws(KernelError) {
                let records = try KernelLog.records(with: "nf_conntrack")
                let lines = records.map { "\($0.time) s after the boot: \(printable($0.text))\n" }
                return .text(lines.isEmpty ? "none\n" : lines.joined())
            } catch { throw Failure(error) }
        }
    }

    private mutating func addRuleset() {
        add("nftables.txt", "Evenkeel's tables with their counters; the chains of others, and how many rules each has")
        {
            () throws(Failure) in
            do throws(KernelError) { return .text(try ReportTexts.ruleset()) } catch { throw Failure(error) }
        }
        // Where they cannot be read, they are in no file.
        do throws(KernelError) {
            for name in try ReportTexts.rulesetNames() { hide(name, .word) }
        } catch {}
    }

    private mutating func addContainers() {
        do throws(Failure) {
            let policy = try HostPolicy.named(nil, isOnlyLooking: true)
            let diagnosis: Diagnosis
            let survey: Survey
            do throws(KernelError) {
                survey = try Survey.all()
                var examination = try Examination(policy)
                diagnosis = examination.diagnose(survey) { _ in }
            } catch { throw Failure(error) }
            addFindings(diagnosis)
            addNamespaces(survey, diagnosis)
        } catch { add("doctor.txt", "evenkeel doctor") { () throws(Failure) in throw error } }
    }

    private mutating func addFindings(_ diagnosis: Diagnosis) {
        let doctor = DoctorReport(diagnosis)
        let missed = doctor.missed.map { "\($0.what): \($0.reason)" }
        let fault = missed.first.map { missed.count > 1 ? "\($0), and \(missed.count - 1) more" : $0 }
        add(
            "doctor.txt", "evenkeel doctor --diagram", .text(doctor.text(Paint(isColoured: false), diagram: true)),
            fault: fault)
        add("doctor.json", "the same as JSON", .json(doctor.answer().json))
        let status = StatusReport(diagnosis)
        add(
            "status.txt", "evenkeel status",
            .laidOut { shown in status.lines(width: nil, shown).map { $0 + "\n" }.joined() })
        let map = NetworkMap(diagnosis)
        add("map.svg", "evenkeel map: a picture of the networks", .laidOut { map.shown($0).svg })
        add("status.json", "the same as JSON", .json(status.answer.json))
    }

    private mutating func addNamespaces(_ survey: Survey, _ diagnosis: Diagnosis) {
        for case .name(let name) in diagnosis.observations.flatMap({ $0.wish }) { hide(name, .word) }
        for summary in diagnosis.summaries {
            for network in summary.networks {
                if let name = network.name { hide(name, .network) }
            }
        }
        for namespace in survey.namespaces + survey.rootless { hide(namespace) }
        for skipped in survey.skipped {
            hideName(of: skipped.path)
            hide(skipped.containers)
        }
        hide(survey.hidden.map(\.container))
        let (text, links) = ReportTexts.networks(survey.namespaces + survey.rootless)
        for name in links { hide(name, .interface) }
        add(
            "networks.txt", "links, addresses, rules and routes of the host and of each container's namespace",
            .text(text))
    }

    private mutating func hide(_ namespace: ContainerNamespace) {
        hide(namespace.containers)
        hideName(of: namespace.path)
    }

    private mutating func hide(_ containers: [ContainerIdentity]) {
        for container in containers {
            hide(id: container.id)
            if let name = container.name { hideParts(of: name) }
        }
    }

    /// A person may have named a namespace that is bound to a file.
    private mutating func hideName(of path: String) {
        if let name = path.split(separator: "/").last, !path.hasPrefix("/proc/") {
            hide(printable(String(name)), .container)
        }
    }

    /// `NAMESPACE/POD/CONTAINER`
    private mutating func hideParts(of name: String) {
        for part in name.split(separator: "/") {
            hide(printable(String(part)), .container)
            hide(String(part), .container)
        }
    }

    private mutating func hideNames() {
        for network in EngineNetworks().all { hide(network.name, .network) }
        if let node = KernelName.running?.node {
            hide(node, .host)
            hide(String(node.prefix { $0 != "." }), .host)
        }
        for user in ReportTexts.homes() { hide(user, .user) }
        do throws(KernelError) {
            for file in try Directory.names(in: HostPolicy.folder) { hide(file, .word) }
        } catch {}
        do throws(PolicyError) {
            let host = try HostPolicy.load()
            // What somebody wrote where it means nothing may mean something to others.
            for fault in host.faults {
                for word in fault.quotedWords { hide(word, .word) }
            }
            let policy = host.policy
            if let group = policy.watch.group { hide(group, .word) }
            for case .name(let name) in policy.defaultRoute.prefer { hide(name, .word) }
        } catch {}
    }
}

extension PolicyError {
    /// The words of the document that it tells of.
    fileprivate var quotedWords: [String] {
        let parts = printable(problem).split(omittingEmptySubsequences: false) { "\"'".contains($0) }
        let quoted = parts.enumerated().filter { !$0.offset.isMultiple(of: 2) }.map { String($0.element) }
        return quoted + (isUnknownKey ? key.split(separator: ".").suffix(1).map { printable(String($0)) } : [])
    }
}
