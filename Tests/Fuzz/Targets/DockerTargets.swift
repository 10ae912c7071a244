import DockerEngine
import JSON
import LinuxSystem

extension FuzzTarget {
    static let docker = FuzzTarget(
        name: "docker", input: "the body of Docker's list of networks, or of containers, or an event",
        dictionary: "json"
    ) { text in
        let outline = reading { () throws(JSONError) in try DockerNetwork.list(parsing: text) }
        let whole = reading { () throws(JSONError) in try JSON(parsing: text) }
        if case .success(let networks) = outline {
            var knowledge = DockerKnowledge()
            knowledge.networks = networks
            for network in networks {
                requirePlain(network.name)
                require(network.id.utf8.count == 64 && network.name.utf8.count <= 255, "an id or a name that is none")
            }
            requireRoundTrip(knowledge.document)
        } else if case .success = whole {
            // Only a name that stands twice is an error here and none elsewhere, never the other way round.
            require(false, "the networks can be read only whole")
        }
        if case .success(let containers) = reading({ () throws(JSONError) in try DockerContainer.list(parsing: text) })
        {
            for side in containers.flatMap({ $0.endpoints }).flatMap({ [$0.v4, $0.v6] }).compactMap({ $0 }) {
                require((1...side.address.version.bits).contains(side.length), "a prefix of \(side.length) bits")
                require(
                    side.gateway?.version ?? side.address.version == side.address.version,
                    "a gateway of the other family")
            }
        }
        _ = reading { () throws(JSONError) in try DockerEvent(parsing: text) }
        var (reply, pieces) = (DockerReply(limit: 4096), DockerReply(limit: 4096))
        let atOnce = reading { () throws(KernelError) in try reply.take(text) }
        let byPiece = reading { () throws(KernelError) in
            for byte in text.prefix(8192) { try pieces.take([byte]) }
        }
        if case .success = atOnce, case .success = byPiece, text.count <= 8192 {
            require(reply.isBegun == pieces.isBegun && reply.body == pieces.body, "in pieces it is another reply")
        }
        while let line = reply.takeLine() { require(!line.contains(0x0a), "a line that goes on") }
    }

    static let engines = [docker]
}
