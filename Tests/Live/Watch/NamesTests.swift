import Testing

/// By what names the watcher takes a namespace for a container's.
@Suite struct NamesTests {
    private static let uuid = "0f8fad5b-d9cb-469f-a165-70867728950e"

    /// CRI-O gives the same name to all namespaces of a pod. A UUID alone may be anybody's.
    @Test(arguments: [true, false]) func aUUIDIsAPodsIfItsOtherNamespacesHaveItToo(isPods: Bool) throws {
        let lab = try Lab("Watch/watch.sh")
        let said = try lab.run(
            """
            lab 1; touch /run/netns/\(Self.uuid); mount --bind /run/netns/c /run/netns/\(Self.uuid)
            mkdir -p /run/ipcns; \(isPods ? "touch /run/ipcns/\(Self.uuid)" : ":")
            watcher; quiet; status '[.namespaces[]] | add'; grep -c 'watches 1 container$' /run/watch.log || :
            """)
        #expect(said.split(separator: "\n").last == (isPods ? "2" : "0"), "\(said)")
    }
}
