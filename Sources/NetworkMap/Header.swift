// Draws what stands above the columns: the title with the legend, and the upper part of the host.

/// The title, the numbers, and what each kind of line means.
struct Header {
    private static let sample = 30
    private static let row = 22

    /// The least width that it can do with.
    let least: Int
    let height: Int
    private let title: Drawing.Label
    private let numbers: Drawing.Label

    /// The legend's texts, and the line beside each; none for what is a text itself.
    private static let legend: [(text: String, kind: Drawing.Wire.Kind?)] = [
        ("default way out", .taken), ("chosen by chance", .unsafe), ("stands by", .standby), ("connected", .plain),
        ("✕ dropped", nil),
    ]

    init(_ map: NetworkMap) {
        title = Drawing.Label("Container networks", .title, x: 0, baseline: 18)
        numbers = Drawing.Label(map.numbers, .muted, x: title.width + 16, baseline: 18)
        least = max(title.width + 16 + numbers.width, Self.drawnLegend().width)
        height = 2 * Self.row + 24
    }

    var drawn: Drawing {
        var drawing = Drawing()
        drawing.labels = [title, numbers]
        drawing.add(Self.drawnLegend().drawing, x: 0, y: Self.row + 8)
        return drawing
    }

    private static func drawnLegend() -> (drawing: Drawing, width: Int) {
        var drawing = Drawing()
        var x = 0
        for (text, kind) in legend {
            if let kind {
                drawing.wires.append(.init(from: (x, 10), to: (x + sample, 10), kind: kind))
                x += sample + 8
            }
            let label = Drawing.Label(text, kind == nil ? .alarm : .muted, x: x, baseline: 14)
            drawing.labels.append(label)
            x += label.width + 22
        }
        return (drawing, x - 22)
    }
}

extension NetworkMap {
    /// `3 containers, 2 networks`
    fileprivate var numbers: String {
        let count = { (number: Int, thing: String) in "\(number) \(thing)\(number == 1 ? "" : "s")" }
        return "\(count(containers.count, "container")), \(count(networks.count, "network"))"
    }
}

/// The host's name, its ways out and what it drops: what stands above its bridges.
struct HostHead {
    private static let row = 17

    /// From the host's upper left corner. The arrows end at its left edge.
    let drawing: Drawing
    let width: Int
    let height: Int

    init(_ host: NetworkMap.Host) {
        var drawing = Drawing()
        let x = NetworkBlock.padding
        var y = 22
        drawing.labels.append(Drawing.Label("Host", .name, x: x, baseline: y))
        y += 8
        for uplink in host.uplinks.prefix(4) {
            y += Self.row
            drawing.wires.append(.init(from: (0, y - 4), to: (0, y - 4), kind: .taken, isArrow: true))
            drawing.labels.append(Drawing.Label(uplink.interface, .code, x: x, baseline: y))
            let more = uplink.addresses.prefix(4) + uplink.gateways.prefix(4).map { "via \($0)" }
            for text in more {
                y += Self.row
                drawing.labels.append(Drawing.Label(text, .quietCode, x: x, baseline: y, most: 43))
            }
            y += 6
        }
        for drop in host.drops {
            y += Self.row
            drawing.labels.append(Drawing.Label(drop.text, drop.style, x: x, baseline: y))
        }
        self.drawing = drawing
        width = (drawing.labels.map { $0.width }.max() ?? 0) + 2 * x
        height = y + 18
    }
}
