// Draws the networks below each other, and beside each the bridge that it is.

/// A network's box or its bridge's, not placed yet.
struct NetworkBlock {
    static let padding = 12
    private static let row = 17

    let labels: [Drawing.Label]
    let width: Int
    let height: Int

    init(_ network: NetworkMap.Network, hue: Int) {
        let kind = network.bridge == nil && network.name != nil ? network.kind : nil
        self.init(
            [Drawing.Label(network.title, .name, x: 0, baseline: 0, most: 30, hue: hue)]
                + network.prefixes.map { Drawing.Label($0, .quietCode, x: 0, baseline: 0, most: 43) }
                + (kind.map { [Drawing.Label($0, .muted, x: 0, baseline: 0, most: 30)] } ?? []))
    }

    init(_ bridge: NetworkMap.Bridge) {
        let guarded = bridge.guarded.isEmpty ? [] : ["INVALID guard \(bridge.guarded.joined(separator: ", "))"]
        self.init(
            [Drawing.Label(bridge.name, .code, x: 0, baseline: 0)]
                + bridge.addresses.prefix(4).map { Drawing.Label($0, .quietCode, x: 0, baseline: 0, most: 43) }
                + guarded.map { Drawing.Label($0, .muted, x: 0, baseline: 0) })
    }

    private init(_ labels: [Drawing.Label]) {
        self.labels = labels
        width = (labels.map { $0.width }.max() ?? 0) + 2 * Self.padding
        height = labels.count * Self.row + 15
    }

    func drawn(_ kind: Drawing.Box.Kind, width: Int, height: Int, hue: Int) -> Drawing {
        var drawing = Drawing()
        let frame = Drawing.Frame(x: 0, y: 0, width: width, height: height)
        drawing.boxes = [.init(frame: frame, kind: kind, hue: hue)]
        let top = (height - labels.count * Self.row) / 2
        drawing.labels = labels.enumerated().map { row, label in
            var label = label
            (label.x, label.baseline) = (Self.padding, top + row * Self.row + 13)
            return label
        }
        return drawing
    }
}

/// Where the rails of the networks run: each has a lane between the networks and the containers. Networks share a lane if their
/// rails do not meet.
struct Lanes {
    /// The lane of each network, counted from the left.
    let lanes: [Int]
    let count: Int

    /// `extents`: the uppermost and lowermost point of each network's rail. The lower a network begins, the further left its lane is:
    /// then its line does not cross the rails of those above.
    init(_ extents: [ClosedRange<Int>]) {
        var lanes = [Int](repeating: 0, count: extents.count)
        var taken: [[ClosedRange<Int>]] = []
        let order = extents.indices.sorted { (extents[$0].lowerBound, $0) > (extents[$1].lowerBound, $1) }
        for place in order {
            let extent = extents[place]
            // A little apart, or the end of one would look like the beginning of the other.
            let wide = extent.lowerBound - 8...extent.upperBound + 8
            let free = taken.firstIndex { lane in !lane.contains { $0.overlaps(wide) } }
            lanes[place] = free ?? taken.count
            if free == nil { taken.append([]) }
            taken[lanes[place]].append(extent)
        }
        self.lanes = lanes
        count = taken.count
    }
}
