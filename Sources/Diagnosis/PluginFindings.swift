import WatchClient

// The connection by which a container runtime tells the watcher of pods, NRI.

extension HostObservation {
    func pluginFindings() -> [Finding] {
        guard let plugin = watcher?.plugin, plugin.isCutOff else { return [] }
        let last = plugin.lastFailure.map { ["the last time: \($0)"] } ?? []
        let runtime = plugin.runtime.isEmpty ? [] : ["it was \(plugin.runtime) before"]
        return [
            Finding(
                .nriDisconnected, .warning, at: .host,
                "a container runtime does not tell the watcher of pods, though it could",
                evidence: [
                    "the watcher's connection to /run/nri/nri.sock is \(plugin.state) for \(plugin.sinceSeconds) s, after "
                        + "\(plugin.failures) failures"
                ] + last + runtime,
                consequence:
                    "pods that no CNI configuration list makes safe are safe only a moment after their first container has begun",
                remedy:
                    "(see why in `journalctl -u evenkeel-watch`, and restart the runtime: evenkeel explain nri-disconnected)"
            )
        ]
    }
}

extension WatcherStatus.Plugin {
    /// Whether it is not connected, and has had time for it: a runtime that is restarted is back by then.
    fileprivate var isCutOff: Bool { state != "off" && state != "live" && failures >= 3 && sinceSeconds >= 10 }
}
