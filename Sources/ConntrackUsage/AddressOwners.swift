public import Netlink

/// Maps an address to its owner: the host, a container, or several containers with overlapping networks.
public struct AddressOwners: Sendable {
    /// The one, or all those that have the same address: nothing tells which of them is meant.
    public struct Owner: Hashable, Sendable {
        public let names: [String]
        public let isHost: Bool
    }

    /// A container or another network namespace, and its addresses.
    public struct Container: Sendable {
        let name: String
        let addresses: [IPAddress]

        public init(_ name: String, _ addresses: [IPAddress]) {
            self.name = name
            self.addresses = addresses
        }
    }

    /// An index into `owners`.
    typealias Index = Int32

    private(set) var owners: [Owner] = []
    /// Sorted, each once.
    private var addresses: [IPAddress] = []
    private var indexes: [Index] = []

    /// Containers' loopback addresses are ignored: in the host's table such an address can only be the host's.
    public init(host: [IPAddress], containers: [Container]) {
        owners = [Owner(names: [Self.hostName], isHost: true)]
        owners += containers.map { Owner(names: [$0.name], isHost: false) }
        var claims = host.map { (address: $0, index: Index(0)) }
        for (place, container) in containers.enumerated() {
            let index = Index(truncatingIfNeeded: place + 1)
            claims += container.addresses.filter { !$0.isLoopback }.map { (address: $0, index: index) }
        }
        claims.sort { ($0.address, $0.index) < ($1.address, $1.index) }
        var start = 0
        while start < claims.count {
            var end = start
            var sharers: [Index] = []
            while end < claims.count, claims[end].address == claims[start].address {
                if sharers.last != claims[end].index { sharers.append(claims[end].index) }
                end += 1
            }
            addresses.append(claims[start].address)
            indexes.append(index(of: sharers))
            start = end
        }
    }

    static let hostName = "host"

    private mutating func index(of sharers: [Index]) -> Index {
        guard sharers.count > 1 else { return sharers[0] }
        let names = sharers.flatMap { owners[Int($0)].names }
        let owner = Owner(names: names, isHost: false)
        if let known = owners.firstIndex(of: owner) { return Index(truncatingIfNeeded: known) }
        owners.append(owner)
        return Index(truncatingIfNeeded: owners.count - 1)
    }

    /// The owner's index; nil for an address outside this host.
    func index(of address: IPAddress) -> Index? {
        if address.isLoopback { return 0 }
        var low = 0
        var high = addresses.count
        while low < high {
            let middle = (low + high) / 2
            if addresses[middle] < address { low = middle + 1 } else { high = middle }
        }
        return low < addresses.count && addresses[low] == address ? indexes[low] : nil
    }

    func isContainer(_ index: Index) -> Bool { !owners[Int(index)].isHost }
}
