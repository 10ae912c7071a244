extension ContainerRun {
    /// Finds out what an engine knows of a container's gateways, by what was seen of the container, where it enters the host, and the
    /// policy for it.
    package typealias Learner = (
        _ snapshot: NamespaceSnapshot, _ attachments: [HostAttachment], _ policy: Policy.DefaultRoute,
        _ container: inout Container, _ host: inout Host
    ) -> [Learning]
}
