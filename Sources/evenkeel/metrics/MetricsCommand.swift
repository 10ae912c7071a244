import ArgumentParser
import Keel
import LinuxSystem
import LinuxTools

/// `evenkeel metrics`: a look at the host and its containers, for Prometheus.
struct MetricsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics",
        abstract: "Prints what a look at the host and its containers found, for Prometheus.",
        discussion: """
            Looks as `evenkeel doctor` does, changes nothing, and prints the numbers in Prometheus' text format 0.0.4. With \
            --output they replace a file in one step, which node_exporter's textfile collector reads: \
            evenkeel-metrics.timer does that every minute.

            The watcher has metrics of its own, of what it did (`evenkeel-watch --metrics-file`). Where both have a family, \
            its name and meaning are the same. What another *.prom file in the folder of --output has already is left \
            out, since a collector refuses a sample that two files have.

            METRICS
              evenkeel_build_info{version}        1
              evenkeel_look_timestamp_seconds     when the look ended
              evenkeel_look_duration_seconds      how long it took
              evenkeel_look_complete              1 if everything was seen, else 0
              evenkeel_findings{id, severity}     findings; 0 for each that is not there
              evenkeel_containers{state}          containers that are kept, skipped, not
                                                  guarded, contested, as `evenkeel status`
                                                  has them
              evenkeel_containers_missed          containers that could not be looked at
              evenkeel_watch_up                   1 if the watcher answers, else 0
              evenkeel_conntrack_entries          entries of the connection tracking table
              evenkeel_conntrack_limit            its limit; 0 for none
              evenkeel_conntrack_container_entries{container}
                                                  entries of the \(HeaviestHolders.most) containers with most
              evenkeel_invalid_dropped_packets_total{family, chain}
                                                  what the rules for INVALID segments dropped
              What is not known is left out. No label holds an address.

            EXAMPLES
              sudo evenkeel metrics
              sudo evenkeel metrics --output /var/lib/prometheus/node-exporter/evenkeel.prom
              systemctl enable --now evenkeel-metrics.timer

            EXIT STATUS
              0   everything was seen, and written
              1   something could not be seen or written; standard error says what. What
                  was seen is written all the same, with evenkeel_look_complete 0
              64  the command line is wrong
            """)

    @Option(
        help: ArgumentHelp("The file to replace, for all to read, instead of printing.", valueName: "file"),
        completion: .file(extensions: ["prom"]))
    var output: String?

    @Option(
        help: ArgumentHelp("The policy document to use instead of \(policyPath).", valueName: "file"),
        completion: .file())
    var policy: String?

    func validate() throws {
        if let output, output.isEmpty || output.hasSuffix("/") {
            throw ValidationError("--output takes the path of a file")
        }
    }

    func run() throws {
        let look = MetricsLook(policy)
        for problem in look.problems { say(problem) }
        do throws(Failure) { try put(look) } catch {
            say(error.description)
            throw ExitCode(1)
        }
        if !look.isComplete { throw ExitCode(1) }
    }

    private func put(_ look: MetricsLook) throws(Failure) {
        guard let output else { return try write(data: look.text(without: [])) }
        do throws(KernelError) {
            try AtomicFile.put(look.text(without: CollectorFolder.families(beside: output)), at: output)
        } catch { throw Failure(error) }
    }
}
